"""What an open page asks for its alarm."""
