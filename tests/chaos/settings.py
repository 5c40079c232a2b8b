"""The product's settings with one more way to tell people: a receiver that honours idempotency keys."""

from config.settings import *  # noqa: F403
from config.settings import NOTIFICATION_CHANNELS

NOTIFICATION_CHANNELS = [*NOTIFICATION_CHANNELS, "tests.chaos.channel.HonouringChannel"]
