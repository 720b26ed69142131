"""What changes the register: Principal first, one function is one transaction's work."""
