"""Entering a first visit and the eight indicators."""
