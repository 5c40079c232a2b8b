from datetime import datetime
from uuid import UUID

from celery import shared_task

from accounts import clock
from notifications import services
from notifications.delivery import send


@shared_task(name="notifications.tasks.deliver")
def deliver(ids: list[str]) -> None:
    send.deliver_waiting(ids=[UUID(id) for id in ids], now=clock.now())


@shared_task(name="notifications.tasks.deliver_new")
def deliver_new(ids: list[str]) -> None:
    send.deliver_new(ids=[UUID(id) for id in ids], now=clock.now())


@shared_task(name="notifications.tasks.canary")
def canary(sent_at: str) -> None:
    now = clock.now()
    services.tick(name="worker", now=now, lag=now - datetime.fromisoformat(sent_at))
