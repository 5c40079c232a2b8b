"""The product's settings with time to spare: on a busy machine a slow answer is no outage."""

from config.settings import *  # noqa: F403
from config.settings import CACHES, CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, PLANNED_QUICKLY
from notifications import redis_client
from notifications.live import hub

PATIENCE_SECONDS = 30

CACHES["default"]["OPTIONS"] |= {
    "socket_connect_timeout": PATIENCE_SECONDS,
    "socket_timeout": PATIENCE_SECONDS,
}
CELERY_BROKER_TRANSPORT_OPTIONS |= {
    "socket_connect_timeout": PATIENCE_SECONDS,
    "socket_timeout": PATIENCE_SECONDS,
}
DATABASES["default"]["OPTIONS"]["options"] = PLANNED_QUICKLY
redis_client.CONNECT_SECONDS = redis_client.ANSWER_SECONDS = PATIENCE_SECONDS
hub.CONNECT_SECONDS = hub.ANSWER_SECONDS = PATIENCE_SECONDS
