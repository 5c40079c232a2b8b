"""A Subscription as it is shown, with the extensions of the R5 backport."""

from fhir.datatypes import Json, instant, meta, version_at, without_empty
from integrations.models import EventSubscription

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"
FILTER, PAYLOAD = f"{BACKPORT}filter-criteria", f"{BACKPORT}payload-content"
HEARTBEAT, MOST = f"{BACKPORT}heartbeat-period", f"{BACKPORT}max-count"
MEDIA_TYPE = "application/fhir+json"


def subscription(row: EventSubscription) -> Json:
    """The resource. Headers may be secrets and are never shown."""
    numbers = [
        {"url": url, name: value}
        for url, name, value in (
            (HEARTBEAT, "valueUnsignedInt", row.heartbeat_seconds),
            (MOST, "valuePositiveInt", row.most_per_notification),
        )
        if value
    ]
    return without_empty(
        {
            "resourceType": "Subscription",
            "id": str(row.pk),
            "meta": meta(version_at(row.updated_at), row.updated_at),
            "status": row.status,
            "end": instant(row.ends_at),
            "reason": row.reason,
            "criteria": row.topic or row.criteria,
            "_criteria": {"extension": [{"url": FILTER, "valueString": row.criteria}]} if row.topic else None,
            "error": row.trouble,
            "channel": without_empty(
                {
                    "extension": numbers,
                    "type": "rest-hook",
                    "endpoint": row.endpoint,
                    "payload": MEDIA_TYPE,
                    "_payload": {"extension": [{"url": PAYLOAD, "valueCode": row.payload}]},
                }
            ),
        }
    )
