"""Questions to the register: Principal first, frozen rows out, nothing written."""
