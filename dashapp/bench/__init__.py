"""Benchmarks of the solvers: one JSON object a line, the solution beside the figure."""
