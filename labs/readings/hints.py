"""Hints to the worker that something waits to be read. Losing one costs seconds: the row is the work."""

from files.hints import send


def read() -> None:
    """Tell the worker that a report waits. Never raises and never waits long."""
    send("labs.tasks.read_waiting", queue="reading")
