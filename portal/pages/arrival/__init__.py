"""The sheet of an arrival: who comes, when, what changed since the acceptance, what to have ready."""
