"""Rules of the field: pure functions, standard library only, no clock, no session."""
