"""Pictures and documents of a case: added, shown as a list, looked at."""
