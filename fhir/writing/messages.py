"""A message (`$process-message`) that refers a patient: registered and assessed as a transaction is."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fhir.authentication import Grant
from fhir.datatypes import Json, coding, instant, own_system, reference, without_empty
from fhir.outcomes import outcome, refused
from fhir.tokens import base_url
from fhir.writing.bundles import Entries, read_entries, register
from fhir.writing.elements import Findings, objects_in, reference_of, text_of
from integrations import bundles
from referral.models import Case

EVENTS = own_system("message-event")
REFERRAL = "referral"
OF_A_HEADER = (
    *("eventCoding", "eventUri", "source", "focus", "destination", "sender", "author", "enterer"),
    *("responsible", "definition", "reason"),
)
LONGEST_ID = 64
WHERE = "Bundle.entry[0].resource"


def process_message(
    bundle: Mapping[str, Any], *, actor: User, grant: Grant, now: datetime, findings: Findings
) -> Json:
    """The message that answers a referral. The same message id again is answered as before.

    Raises Refused for what is not understood, and what `submit` raises.
    """
    header = _header(bundle, findings)
    message = _message_id(header, bundle)
    entries = read_entries(bundle, grant, findings, begin=1)
    _check_focus(header, entries, findings)
    findings.check()
    earlier = bundles.of_message(grant.integration, message)
    if earlier is not None and not bundles.is_same(case=earlier.case, content=entries.content):
        text = _("A message with this id was accepted already, and it said something else.")
        raise refused(409, text, f"{WHERE}.id", kind="conflict", code="other_content")
    if earlier is not None:
        case, at = Case.objects.get(pk=earlier.case), earlier.accepted_at
    else:
        done = register(entries, actor=actor, grant=grant, now=now, findings=findings, message=message)
        case, at = done.case, now
    return _answer(message, header, case, at, findings)


def _header(bundle: Mapping[str, Any], findings: Findings) -> Mapping[str, Any]:
    """The MessageHeader of a referral. Raises Refused for another event, or where there is none."""
    rows = objects_in(bundle.get("entry"))
    header = rows[0].get("resource") if rows else None
    if not isinstance(header, Mapping) or header.get("resourceType") != "MessageHeader":
        text = _("The first entry of a message is its MessageHeader.")
        raise refused(422, text, WHERE, kind="structure")
    findings.refuse_unknown(header, WHERE, OF_A_HEADER)
    given = header.get("eventCoding")
    event = given if isinstance(given, Mapping) else {}
    named = text_of(header.get("eventUri")) or f"{text_of(event.get('system'))}#{text_of(event.get('code'))}"
    if named != f"{EVENTS}#{REFERRAL}":
        text = _("“%(event)s” is no event that is understood here: only %(taken)s.")
        named_here = {"event": named[:120], "taken": f"{EVENTS}#{REFERRAL}"}
        raise refused(422, text % named_here, f"{WHERE}.event[x]", kind="not-supported", code="event")
    return header


def _message_id(header: Mapping[str, Any], bundle: Mapping[str, Any]) -> str:
    """What the sender calls the message. Raises Refused where that is nothing, or too long."""
    identifier = bundle.get("identifier")
    other = text_of(identifier.get("value")) if isinstance(identifier, Mapping) else ""
    message = text_of(header.get("id")) or other or text_of(bundle.get("id"))
    if not 0 < len(message) <= LONGEST_ID:
        text = _("A message needs an id of at most %(most)s characters, by which it is recognised.")
        raise refused(422, text % {"most": LONGEST_ID}, f"{WHERE}.id", kind="required")
    return message


def _check_focus(header: Mapping[str, Any], entries: Entries, findings: Findings) -> None:
    """The message has to be about the referral that it carries."""
    _where, request = entries.one("ServiceRequest")
    names = {request["fullUrl"], f"ServiceRequest/{text_of(request.get('id'))}"}
    foci = [reference_of(row) for row in objects_in(header.get("focus"))]
    if not foci or not all(focus and focus in names for focus in foci):
        text = _("The focus of the message is its ServiceRequest, named by its fullUrl.")
        findings.add(f"{WHERE}.focus", text, "invalid" if foci else "required")
    source = header.get("source")
    if not isinstance(source, Mapping) or not text_of(source.get("endpoint")):
        findings.required(f"{WHERE}.source.endpoint")


def _answer(message: str, header: Mapping[str, Any], case: Case, at: datetime, findings: Findings) -> Json:
    source = header["source"]
    said = outcome(findings.warnings, severity="warning") if findings.warnings else None
    details = f"urn:uuid:{uuid.uuid5(case.pk, 'details')}"
    answer = without_empty(
        {
            "resourceType": "MessageHeader",
            "id": str(uuid.uuid5(case.pk, f"answer to {message}")),
            "eventCoding": coding(EVENTS, REFERRAL),
            "destination": [{"endpoint": source["endpoint"]}],
            "source": {"name": "ACLF referral", "endpoint": f"{base_url()}/$process-message"},
            "response": without_empty(
                {"identifier": message, "code": "ok", "details": {"reference": details} if said else None}
            ),
            "focus": [reference("ServiceRequest", case.pk), reference("Patient", case.patient_id)],
        }
    )
    entries = [{"fullUrl": f"urn:uuid:{answer['id']}", "resource": answer}]
    entries += [{"fullUrl": details, "resource": said}] if said else []
    return {
        "resourceType": "Bundle",
        "id": str(uuid.uuid5(case.pk, f"bundle of {message}")),
        "type": "message",
        "timestamp": instant(at),
        "entry": entries,
    }
