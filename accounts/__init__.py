"""The ground: people, places, roles, duty, sign-in, the clock, and the trail of who did what."""
