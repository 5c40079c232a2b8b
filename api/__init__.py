"""The face for programs: the REST API, its file, and how it answers what it refuses."""
