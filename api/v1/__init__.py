"""Version 1 of the API: an address a view, a shape for what goes in and what comes out."""
