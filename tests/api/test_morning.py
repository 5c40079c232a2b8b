"""A coordinator's morning over the API."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import AuditEntry
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.api.conftest import Caller
from tests.world import HOUR, MINUTE, World


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["case"]["patient"]["name"] for row in rows]


def test_what_is_late_or_will_be_is_named_with_whom_to_call(
    world: World, coordinator: Caller, now: datetime
) -> None:
    world.flagged(now - 30 * MINUTE, name="张建国")
    world.accepted(now - 45 * HOUR, name="李四")
    body = coordinator.get("/morning").body
    assert set(names(body["due"])) == {"张建国", "李四"}
    late = body["due"][0]
    assert late["deadline"]["kind"] == "acknowledge"
    assert datetime.fromisoformat(late["due_at"]) < now
    assert [row["name"] for row in late["case"]["contacts"]] == [world.ward.name, world.hospital.name]
    assert late["case"]["contacts"][0]["phone"] == world.ward.phone
    assert "redirect" in late["case"]["allowed_verbs"]


def test_what_waits_is_named_by_who_is_awaited(world: World, coordinator: Caller, now: datetime) -> None:
    world.flagged(now, name="张建国")
    world.register(now=now, name="李四")
    waiting = coordinator.get("/morning").body["waiting"]
    assert [(row["party"], row["case"]["patient"]["name"]) for row in waiting] == [
        ("origin", "李四"),
        ("offer_ward", "张建国"),
    ]
    assert waiting[1]["what"] == "an answer to the referral request"


def test_the_night_is_read_in_its_order_and_outcomes_by_their_day(
    world: World, coordinator: Caller, now: datetime
) -> None:
    case = world.flagged(now - 2 * MINUTE, name="张建国")
    perform(case, Verb.DECLINE, actor=world.specialist, now=now - MINUTE, reason="no_bed")
    world.returned(now - timedelta(days=27), name="王五")
    body = coordinator.get("/morning").body
    (night,) = body["night"]
    assert [event["what"] for event in night["events"]][-1] == "decline"
    assert night["events"][0]["what"] == "register"
    assert datetime.fromisoformat(body["since"]) < now
    assert names(body["follow_ups"]) == ["王五"]
    assert body["follow_ups"][0]["deadline"]["kind"] == "follow_up_28"


def test_which_cases_a_morning_named_is_audited(world: World, coordinator: Caller, now: datetime) -> None:
    case = world.flagged(now, name="张建国")
    coordinator.get("/morning")
    entry = AuditEntry.objects.get(actor=world.coordinator, action="list")
    assert entry.detail["cases"] == [str(case.pk)]


def test_only_coordinators_have_a_morning_and_only_of_their_own_network(
    world: World, doctor: Caller, specialist: Caller, coordinator: Caller, now: datetime
) -> None:
    for caller in (doctor, specialist):
        assert (caller.get("/morning").status, caller.get("/morning").code) == (404, "not_found")
    body = coordinator.get("/morning").body
    assert (body["due"], body["waiting"], body["night"], body["follow_ups"]) == ([], [], [], [])
    assert coordinator.get("/morning", names="0").fields == {"names": "unknown_field"}
