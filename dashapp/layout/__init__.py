"""Rows to components: one module a panel, no queries, no decisions."""
