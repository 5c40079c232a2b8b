"""What happens to cases, for rooms above that have to write something with it."""

from django.dispatch import Signal

case_changed = Signal()
"""A unit of work has changed a case.

Arguments: `case`, and `moments`, the times with which what it changed is dated. Sent inside its transaction,
when all of it is written: a receiver that raises undoes the change.
"""
