"""Speed and memory, measured: run by `make bench`, never asserted in the test suite."""
