"""The ward board: open work by time left, and what can be done from the list."""
