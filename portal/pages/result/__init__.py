"""What an assessment says and what happens now."""
