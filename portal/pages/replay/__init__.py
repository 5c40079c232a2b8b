"""A case as a timed film, for the meeting that looks back on it."""
