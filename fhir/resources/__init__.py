"""What each kind of row is as a resource. Nothing here asks the database."""
