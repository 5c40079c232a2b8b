"""The duty rota of a ward."""
