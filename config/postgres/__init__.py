"""Django's PostgreSQL backend with a compiler that puts the same questions into SQL in half the time."""
