"""The transaction that registers a referral at one installation, of what was read of it at another."""

from collections.abc import Iterable

from fhir_client import Json, code_of

TAKEN = {
    "Patient": ("identifier", "name", "gender", "birthDate", "telecom"),
    "ServiceRequest": ("status", "intent", "occurrenceDateTime"),
    "Condition": ("code", "evidence"),
    "Observation": (
        *("status", "code", "effectiveDateTime"),
        *("valueQuantity", "valueBoolean", "valueInteger", "valueCodeableConcept"),
    ),
}
"""What the first visit is made of; the rest of a case is of the installation that wrote it."""
DERIVED = frozenset({"age_years"})
"""Observations that the receiving side works out by itself."""


def referral_bundle(resources: Iterable[Json], case: str) -> Json:
    """A Bundle for `POST /fhir/R4`; `case` is the id of the ServiceRequest, which the referral keeps."""
    entries: list[Json] = []
    for row in resources:
        name = str(row["resourceType"])
        if name not in TAKEN or _codes(row) & DERIVED or row.get("basedOn") and name == "ServiceRequest":
            continue
        resource: Json = {"resourceType": name} | {key: row[key] for key in TAKEN[name] if key in row}
        entry: Json = {"resource": resource, "request": {"method": "POST", "url": name}}
        entries.append({"fullUrl": f"urn:uuid:{case}", **entry} if name == "ServiceRequest" else entry)
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def _codes(row: Json) -> set[str]:
    code = row.get("code")
    codings = code.get("coding", []) if isinstance(code, dict) else []
    return {str(one.get("code")) for one in codings} | {code_of(code)}
