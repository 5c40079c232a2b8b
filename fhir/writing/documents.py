"""A DocumentReference that was sent: a picture or document of a case."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import User
from fhir.datatypes import as_uuid
from fhir.outcomes import refused
from fhir.writing.elements import Findings, codings_of, objects_in, reference_of, text_of
from files.intake import Sent
from referral.intake.case_files import add_to_case
from referral.models import Case, CaseFile
from referral.queries import cases

TAKEN = (
    *("status", "type", "subject", "date", "author", "description", "content", "context", "docStatus"),
    *("identifier", "category", "custodian"),
)


def add_document(sent: Mapping[str, Any], *, user: User, now: datetime, findings: Findings) -> CaseFile:
    """The file of the case that `context.related` names; the same content again is the file that is there.

    Raises Refused, Case.DoesNotExist, and what `add_to_case` raises.
    """
    findings.refuse_unknown(sent, "DocumentReference", TAKEN)
    content, name = _content(sent, findings)
    kinds = [coding["code"] for coding in codings_of(sent.get("type"))]
    findings.check()
    context = sent.get("context")
    case = _case(user, context if isinstance(context, Mapping) else {})
    inputs = {"kind": kinds[0] if kinds else "other", "caption": text_of(sent.get("description"))}
    file = Sent(new_id(), name or "document", content)
    return add_to_case(user=user, case=case, sent=file, inputs=inputs, now=now)


def _content(sent: Mapping[str, Any], findings: Findings) -> tuple[bytes, str]:
    rows = objects_in(sent.get("content"))
    attachment = rows[0].get("attachment") if len(rows) == 1 else None
    if not isinstance(attachment, Mapping) or not isinstance(attachment.get("data"), str):
        text = _("One content with “attachment.data” is taken: the file itself, in base64.")
        findings.add("DocumentReference.content", text, "required")
        return b"", ""
    try:
        return base64.b64decode(attachment["data"], validate=True), text_of(attachment.get("title"))
    except (binascii.Error, ValueError):
        findings.add("DocumentReference.content[0].attachment.data", _("This is no base64."))
        return b"", ""


def _case(user: User, context: Mapping[str, Any]) -> Case:
    """The visible case that the document is of."""
    named = [reference_of(row) for row in objects_in(context.get("related"))]
    keys = [as_uuid(one.partition("/")[2]) for one in named if one.startswith("ServiceRequest/")]
    if len(keys) != 1 or keys[0] is None:
        text = _("Name the referral it is of: “ServiceRequest/…” in context.related.")
        raise refused(422, text, "DocumentReference.context.related", kind="required")
    return cases.visible_case(user, keys[0])
