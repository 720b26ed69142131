"""Pure geometry and optimisation: no storage, no screens, no domain tables."""
