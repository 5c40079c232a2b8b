"""Bundles as a hospital's record sends them: the example of the documents, with changes."""

import copy
import json
from datetime import datetime
from typing import Any

from accounts.ids import new_id
from tests.contract.test_house import ROOT

EXAMPLES = ROOT / "docs" / "examples" / "fhir"
Json = dict[str, Any]


def referral(now: datetime, **changes: Any) -> Json:
    """The example of a referral, of today, of a patient and a case of its own."""
    bundle: Json = json.loads((EXAMPLES / "referral.json").read_text())
    for entry in bundle["entry"]:
        if "effectiveDateTime" in entry["resource"]:
            entry["resource"]["effectiveDateTime"] = now.isoformat()
    request = of(bundle, "ServiceRequest")
    bundle["entry"][1]["fullUrl"] = f"urn:uuid:{new_id()}"
    request["occurrenceDateTime"] = now.isoformat()
    for name, value in changes.items():
        of(bundle, name).update(value)
    return bundle


def of(bundle: Json, resource_type: str, number: int = 0) -> Json:
    rows = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == resource_type]
    row: Json = rows[number]
    return row


def without(bundle: Json, resource_type: str) -> Json:
    kept = copy.deepcopy(bundle)
    kept["entry"] = [e for e in kept["entry"] if e["resource"]["resourceType"] != resource_type]
    return kept


def observation(bundle: Json, code: str) -> Json:
    """The Observation with a code."""
    return next(
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "Observation"
        and entry["resource"]["code"]["coding"][0]["code"] == code
    )
