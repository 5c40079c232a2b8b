"""What a person chooses for themselves: preferences and contact methods."""
