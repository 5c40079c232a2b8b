"""What a program may subscribe to, and how it says so."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from integrations.models import EventSubscription
from tests.fhir.conftest import Program
from tests.fhir.subscribing import SECRET, extension, subscribe, wish
from tests.fhir.validator import findings
from tests.world import World

URL = "https://his.hospital.example"
TOPIC = "urn:aclf-referral:topic:Task"


def test_a_subscription_is_made_read_searched_and_deleted(world: World, ward: Program) -> None:
    made = ward.send("POST", "Subscription", wish(URL))
    assert (made.status, made.body["status"]) == (201, "requested")
    address = f"Subscription/{made.body['id']}"
    assert made.headers["Location"].endswith(address)
    assert ward.get(address).body == made.body
    assert ward.get("Subscription?status=requested").resources() == [made.body]
    assert ward.get("Subscription?status=active").resources() == []
    assert ward.send("DELETE", address).status == 204
    assert ward.get(address).issues == ["not-found"]
    assert ward.send("DELETE", address).status == 404


def test_what_is_shown_is_valid_and_never_has_the_secret(world: World, ward: Program) -> None:
    end = (clock.now() + timedelta(days=9)).isoformat()
    filtered = {"extension": [extension("filter-criteria", valueString="Task?status=requested")]}
    channel = {
        "extension": [
            extension("heartbeat-period", valueUnsignedInt=60),
            extension("max-count", valuePositiveInt=5),
        ]
    }
    sent = wish(URL, TOPIC, _criteria=filtered, end=end, channel=channel)
    made = ward.send("POST", "Subscription", sent)
    assert made.status == 201, made.body
    assert findings([sent | {"id": "sent"}, made.body, ward.get("Subscription").body]) == {}
    assert (made.body["criteria"], made.body["_criteria"]) == (TOPIC, filtered)
    assert made.body["channel"]["extension"] == channel["extension"]
    assert SECRET not in str(made.body)
    row = EventSubscription.objects.get()
    assert (row.criteria, row.heartbeat_seconds, row.most_per_notification) == (
        "Task?status=requested",
        60,
        5,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint, headers FROM integrations_eventsubscription")
        stored = str(cursor.fetchone())
    assert "of-the-hospital" not in stored
    assert "his.hospital" not in stored


def test_the_same_wish_again_is_the_one_that_is_there(world: World, ward: Program) -> None:
    first, again = (ward.send("POST", "Subscription", wish(URL)) for _time in range(2))
    assert (again.status, again.body["id"]) == (200, first.body["id"])
    other = ward.send("POST", "Subscription", wish(URL, "Task"))
    assert (other.status, EventSubscription.objects.count()) == (201, 2)


def test_a_program_has_at_most_twenty(world: World, ward: Program) -> None:
    for number in range(20):
        subscribe(ward, f"https://his.hospital.example/{number}")
    answer = ward.send("POST", "Subscription", wish(URL))
    assert (answer.status, answer.issues) == (409, ["too-costly"])


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"criteria": ""}, "Subscription.criteria"),
        ({"criteria": "Medication?status=x"}, "Medication"),
        ({"criteria": "Patient"}, "Patient"),
        ({"criteria": "Observation?code=x"}, "Observation"),
        ({"criteria": "Task?nonsense=1"}, "nonsense"),
        ({"criteria": "Task?_count=1"}, "_count"),
        ({"criteria": "Task?status=dancing"}, "dancing"),
        ({"criteria": "Task?status="}, "status"),
        ({"criteria": "Task?authored-on=yesterday"}, "yesterday"),
        ({"criteria": "Task?status"}, "criteria"),
        ({"criteria": "urn:aclf-referral:topic:Nothing"}, "Nothing"),
        ({"criteria": "x" * 501}, "Subscription.criteria"),
        ({"_criteria": {"extension": [extension("filter-criteria", valueString="Task")]}}, "filter-criteria"),
        (
            {
                "criteria": TOPIC,
                "_criteria": {"extension": [extension("filter-criteria", valueString="Communication")]},
            },
            "another type",
        ),
        ({"status": "active"}, "Subscription.status"),
        ({"status": None}, "Subscription.status"),
        ({"end": "2020-01-01T00:00:00Z"}, "Subscription.end"),
        ({"end": "tomorrow"}, "Subscription.end"),
        ({"contact": [{"value": "x"}]}, "Subscription.contact"),
        ({"channel": {"type": "websocket"}}, "websocket"),
        ({"channel": {"endpoint": "http://his.hospital.example"}}, "Subscription.channel.endpoint"),
        ({"channel": {"endpoint": "https://127.0.0.1/x"}}, "Subscription.channel.endpoint"),
        ({"channel": {"endpoint": "https://169.254.169.254/x"}}, "Subscription.channel.endpoint"),
        ({"channel": {"endpoint": None}}, "Subscription.channel.endpoint"),
        ({"channel": {"payload": "application/fhir+xml"}}, "application/fhir+xml"),
        (
            {
                "channel": {
                    "_payload": {"extension": [extension("payload-content", valueCode="full-resource")]}
                }
            },
            "full",
        ),
        ({"channel": {"header": ["no colon"]}}, "header[0]"),
        ({"channel": {"header": ["X-A: a\r\nX-B: b"]}}, "header[0]"),
        ({"channel": {"header": ["Host: elsewhere.example"]}}, "Host"),
        ({"channel": {"header": "X-A: a"}}, "header"),
        ({"channel": {"header": [f"X-{number}: a" for number in range(11)]}}, "header"),
        ({"channel": {"extension": [extension("heartbeat-period", valueUnsignedInt=1)]}}, "extension"),
        ({"channel": {"extension": [extension("max-count", valuePositiveInt=True)]}}, "extension"),
        ({"channel": {"extension": [extension("timeout", valueUnsignedInt=5)]}}, "backport-timeout"),
        ({"channel": {"surprise": 1}}, "Subscription.channel.surprise"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_name(
    world: World, ward: Program, changes: dict[str, Any], where: str
) -> None:
    answer = ward.send("POST", "Subscription", wish(URL, **changes))
    assert answer.status == 422, answer.body
    assert answer.issues
    assert where in str(answer.body)
    assert not EventSubscription.objects.exists()


def test_without_the_scope_of_the_type_nothing_is_subscribed_to(
    world: World, ward_emr: Any, program: Any
) -> None:
    narrow = program(ward_emr, "system/Subscription.crud system/Communication.rs")
    refused = narrow.send("POST", "Subscription", wish(URL))
    assert (refused.status, refused.issues) == (403, ["forbidden"])
    assert "system/Task.r" in refused.said
    reading = program(ward_emr, "system/*.rs")
    assert reading.send("POST", "Subscription", wish(URL)).status == 403


def test_a_subscription_is_its_programs_alone(world: World, ward: Program, first: Program) -> None:
    row = subscribe(ward, URL)
    for address in (
        f"Subscription/{row.pk}",
        f"Subscription/{row.pk}/$status",
        f"Subscription/{row.pk}/$events",
    ):
        assert first.get(address).issues == ["not-found"], address
    assert first.send("DELETE", f"Subscription/{row.pk}").status == 404
    assert first.send("PUT", f"Subscription/{row.pk}", wish(URL)).status == 404
    assert first.get("Subscription").resources() == []
    assert ward.get("Subscription/x").status == 404


def test_only_what_is_in_error_is_begun_again(world: World, ward: Program) -> None:
    row = subscribe(ward, URL)
    address, shown = f"Subscription/{row.pk}", ward.get(f"Subscription/{row.pk}").body
    refused = ward.send("PUT", address, shown | {"status": "off"})
    assert (refused.status, refused.issues) == (422, ["not-supported"])
    EventSubscription.objects.update(status="error", failures=9)
    assert ward.send("PUT", address, shown).body["status"] == "requested"
    row.refresh_from_db()
    assert (row.failures, row.failing_since) == (0, None)


def test_the_capability_statement_names_the_topics(world: World, ward: Program) -> None:
    rows = ward.get("metadata").body["rest"][0]["resource"]
    (row,) = [row for row in rows if row["type"] == "Subscription"]
    assert TOPIC in [one["valueCanonical"] for one in row["extension"]]
    assert {"create", "update", "delete"} <= {one["code"] for one in row["interaction"]}
