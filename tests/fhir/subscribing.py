"""Subscriptions as a hospital's program makes them, and the server to which they lead."""

from typing import Any

from fhir.resources.subscriptions import BACKPORT
from integrations.models import EventSubscription
from tests.fhir.conftest import Answer, Program

Json = dict[str, Any]
SECRET = "Authorization: Bearer of-the-hospital"


def wish(url: str, criteria: str = "Task?status=requested", **changes: Any) -> Json:
    """A Subscription as it is sent; `channel` replaces parts of the channel."""
    channel = {
        "type": "rest-hook",
        "endpoint": f"{url}/hook",
        "payload": "application/fhir+json",
        "_payload": {"extension": [{"url": f"{BACKPORT}payload-content", "valueCode": "id-only"}]},
        "header": [SECRET],
        **changes.pop("channel", {}),
    }
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "requests of the ward",
        "criteria": criteria,
        "channel": channel,
        **changes,
    }


def extension(name: str, **value: Any) -> Json:
    return {"url": f"{BACKPORT}{name}", **value}


def subscribe(program: Program, url: str, criteria: str = "Task", **changes: Any) -> EventSubscription:
    answer = program.send("POST", "Subscription", wish(url, criteria, **changes))
    assert answer.status == 201, answer.body
    return EventSubscription.objects.get(pk=answer.body["id"])


def status_of(bundle: Json) -> Json:
    """The status of a notification by names; events as pairs of number and focus."""
    parameters = bundle["entry"][0]["resource"]["parameter"]
    named = {row["name"]: next(v for k, v in row.items() if k != "name") for row in parameters}
    named["events"] = [
        (int(parts["event-number"]["valueString"]), (parts.get("focus") or {}).get("valueReference"))
        for row in parameters
        if row["name"] == "notification-event"
        for parts in [{part["name"]: part for part in row["part"]}]
    ]
    return named


def numbers(bundles: list[Json]) -> list[int]:
    """The numbers of the events of notifications, in the order in which they came."""
    return [number for bundle in bundles for number, _focus in status_of(bundle)["events"]]


def events(program: Program, row: EventSubscription, query: str = "") -> Answer:
    return program.get(f"Subscription/{row.pk}/$events{query}")
