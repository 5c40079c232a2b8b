"""What is in bytes that somebody sent: a library without Django and without a database.

It runs in a process of its own (`python -m files.inspection`), because whoever decodes what strangers send
is the first to fall.
"""

__all__ = ["kinds"]
