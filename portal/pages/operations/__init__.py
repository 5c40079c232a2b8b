"""What who runs the platform looks at."""
