"""Places: how many beds each ward of the network can give now, and a ward saying so by one tap."""
