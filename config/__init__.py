"""The installation: settings, addresses, processes, health, and the commands behind the Makefile."""

from config.celery import app as celery

__all__ = ["celery"]
