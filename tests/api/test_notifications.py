"""The inbox over the API."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.delivery.send import deliver
from tests.api.conftest import Caller
from tests.world import NOW, World


def test_a_notification_says_with_how_many_others_it_was_sent(
    world: World, specialist: Caller, settings: Any
) -> None:
    settings.STORM_CONTROL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for name in ("甲", "乙", "丙"):
        world.flagged(name=name)
    deliver(now=NOW)

    rows = specialist.get("/notifications").body["results"]

    assert [
        [(notifications["channel"], notifications["others"]) for notifications in row["sent_together"]]
        for row in rows
    ] == [[("email", 2)]] * 3
    one = specialist.post(f"/notifications/{rows[0]['id']}/acknowledge")
    assert one.body["sent_together"] == rows[0]["sent_together"]


def test_a_longer_page_asks_no_more_questions(world: World, specialist: Caller) -> None:
    world.flagged(name="甲")
    with CaptureQueriesContext(connection) as short:
        specialist.get("/notifications")
    for name in ("乙", "丙", "丁"):
        world.flagged(name=name)
    with CaptureQueriesContext(connection) as long:
        rows = specialist.get("/notifications").body["results"]
    assert len(rows) == 4
    assert len(long) == len(short)
    assert rows[0]["sent_together"] == []
