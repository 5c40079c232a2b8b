"""What the specialist ward has recorded on a case."""
