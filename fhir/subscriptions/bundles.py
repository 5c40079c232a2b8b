"""The Bundles by which a program is notified, and asks how far it is: a status, then what changed.

The status is the Parameters resource of the R5 backport. Event numbers are strings, as R4 has no integer of
64 bits.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from fhir.datatypes import Json, concept, instant, without_empty
from fhir.resources.subscriptions import BACKPORT
from fhir.subscriptions.topics import topic_of
from fhir.tokens import base_url
from integrations.models import EventSubscription, SubscriptionEvent

STATUS_PROFILE = f"{BACKPORT}subscription-status-r4"


def status(
    row: EventSubscription,
    kind: str,
    events: Sequence[SubscriptionEvent] = (),
    foci: Mapping[int, str] | None = None,
) -> Json:
    """The status of a subscription as Parameters. `foci`: what each event is about, by its key."""
    values = [
        {"name": "subscription", "valueReference": {"reference": f"{base_url()}/Subscription/{row.pk}"}},
        {"name": "topic", "valueCanonical": row.topic or topic_of(row.resource_type)},
        {"name": "status", "valueCode": row.status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(row.numbered)},
        *(_event(event, (foci or {}).get(event.pk, "")) for event in events),
    ]
    if row.trouble:
        values.append({"name": "error", "valueCodeableConcept": concept(text=row.trouble)})
    return {
        "resourceType": "Parameters",
        "id": str(uuid.uuid5(row.pk, kind)),
        "meta": {"profile": [STATUS_PROFILE]},
        "parameter": values,
    }


def _event(event: SubscriptionEvent, focus: str) -> Json:
    parts = [
        {"name": "event-number", "valueString": str(event.number)},
        {"name": "timestamp", "valueInstant": instant(event.at)},
    ]
    if focus:
        parts.append({"name": "focus", "valueReference": {"reference": f"{base_url()}/{focus}"}})
    return {"name": "notification-event", "part": parts}


def notification(
    row: EventSubscription,
    kind: str,
    events: Sequence[SubscriptionEvent],
    foci: Mapping[int, str],
    now: datetime,
) -> Json:
    """A Bundle of type history. The same events again have the same id."""
    numbers = "-".join(str(event.number) for event in (events[0], events[-1])) if events else instant(now)
    first = status(row, kind, events, foci)
    named = dict.fromkeys(foci[event.pk] for event in events if foci.get(event.pk))
    return without_empty(
        {
            "resourceType": "Bundle",
            "id": str(uuid.uuid5(row.pk, f"{kind} {numbers}")),
            "type": "history",
            "timestamp": instant(now),
            "entry": [
                {
                    "fullUrl": f"urn:uuid:{first['id']}",
                    "resource": first,
                    "request": {"method": "GET", "url": f"Subscription/{row.pk}/$status"},
                    "response": {"status": "200"},
                },
                *(_changed(focus) for focus in named),
            ],
        }
    )


def _changed(focus: str) -> Json:
    return {
        "fullUrl": f"{base_url()}/{focus}",
        "request": {"method": "PUT", "url": focus},
        "response": {"status": "200"},
    }


def statuses(rows: Sequence[EventSubscription]) -> Json:
    """The answer to `$status`."""
    entries = [
        {
            "fullUrl": f"urn:uuid:{one['id']}",
            "resource": one,
            "search": {"mode": "match"},
        }
        for one in (status(row, "query-status") for row in rows)
    ]
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
    return bundle | {"entry": entries} if entries else bundle
