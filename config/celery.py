"""Celery carries hints only: what must happen is a row in PostgreSQL, and losing all of Redis costs speed."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from config.loaded import keep_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# The framework's checks load every page of the product; `migrate` and the tests run them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("aclf")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**_kwargs: Any) -> None:
    """Celery leaves logging alone while this signal has a receiver."""


@worker_process_init.connect
def _keep_what_is_loaded(**_kwargs: Any) -> None:
    keep_what_is_loaded()
