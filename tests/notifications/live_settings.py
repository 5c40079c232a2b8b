"""The product's settings with the live stream as the only page, for a server that starts fast."""

from tests.settings import *  # noqa: F403

ROOT_URLCONF = "notifications.urls"
