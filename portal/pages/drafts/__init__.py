"""Unfinished forms, saved in the background."""
