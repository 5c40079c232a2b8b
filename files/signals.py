"""What happens to files, for those who have attached them to something."""

from django.dispatch import Signal

file_settled = Signal()
"""The check of a file came to something: it can be seen, or it was refused, or it waits for the scanner.

Argument: `file`, the StoredFile. Sent once that is committed.
"""
