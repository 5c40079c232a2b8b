"""A first hospital's cases, most urgent first."""
