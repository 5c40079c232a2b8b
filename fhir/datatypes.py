"""The small parts that resources are made of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User

Json = dict[str, Any]
Row = Any
"""A row of `referral.queries.exchange`, with what is read beside its columns."""
OWN = "urn:aclf-referral:"
"""What our own code systems and identifiers begin with."""


def own_system(name: str) -> str:
    return f"{OWN}code:{name}"


def without_empty(value: Mapping[str, Any]) -> Json:
    """`value` without members that say nothing: FHIR has no null and no empty list or object."""
    return {name: part for name, part in value.items() if part is not None and part not in ("", [], {})}


def instant(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None


def reference(resource_type: str, pk: Any, display: str = "") -> Json:
    return without_empty({"reference": f"{resource_type}/{pk}", "display": display})


def coding(system: str, code: str, display: Any = "") -> Json:
    return without_empty({"system": system, "code": code, "display": str(display)})


def concept(*codings: Json, text: Any = "") -> Json:
    return without_empty({"coding": list(codings), "text": str(text)})


def identifier(system: str, value: str, use: str = "") -> Json:
    return without_empty({"use": use, "system": system, "value": value})


def meta(version: int | str, updated: datetime) -> Json:
    return {"versionId": str(version), "lastUpdated": instant(updated)}


def agent(user: User | None) -> Json:
    """Who did something: a person, a hospital's program by its name, or the platform itself."""
    if user is None:
        return {"display": "ACLF referral platform"}
    if user.is_program:
        return reference("Organization", user.integration.hospital_id, user.name)
    return reference("Practitioner", user.pk, user.name)


def version_at(updated: datetime) -> int:
    """The version of a row that counts none: when it last changed, in milliseconds."""
    return int(updated.timestamp() * 1000)


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
