from collections.abc import Iterator
from typing import Any

import pytest

from tests.notifications.channels.contracts import SECRET, WebPush
from tests.notifications.channels.provider import Provider, serving
from tests.notifications.conftest import RecordingChannel


@pytest.fixture(autouse=True)
def _local(settings: Any) -> None:
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as running:
        yield running


@pytest.fixture
def own_channels(settings: Any, provider: Provider, recording: type[RecordingChannel]) -> None:
    """The channels to which a person adds contact methods; what they send arrives at `provider`."""
    settings.NOTIFICATION_CHANNELS = [
        "notifications.channels.inapp.InAppChannel",
        "tests.notifications.conftest.RecordingChannel",
        "notifications.channels.sms.SmsChannel",
        "notifications.channels.webpush.WebPushChannel",
        "notifications.channels.webhook.WebhookChannel",
    ]
    settings.CHANNEL_SETTINGS = {
        "sms": {"provider": "generic", "url": provider.url, "secret": SECRET},
        "webpush": WebPush().settings(provider.url),
        "webhook": {"enabled": True},
    }
    settings.STORM_CONTROL = False
