"""Celery: hints only. What must happen is a row in PostgreSQL; losing all of Redis costs speed."""

import os

from celery import Celery
from django.conf import settings
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

VISIBILITY_TIMEOUT_SECONDS = 300

app = Celery("aclf")
app.conf.update(
    broker_url=settings.REDIS_URL,
    task_queues=[Queue(name) for name in ("critical", "notify", "retry", "bulk")],
    task_default_queue="notify",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_soft_time_limit=90,
    task_time_limit=120,
    task_publish_retry=False,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "max_retries": 0,
    },
    timezone="UTC",
)
app.autodiscover_tasks()
