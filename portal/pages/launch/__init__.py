"""Sent here from a patient record (SMART App Launch): the two addresses, and what the form is offered."""
