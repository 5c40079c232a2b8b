"""Messages of HL7 v2 as they come: stored first, several in one transaction, then acknowledged."""

import base64
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.encryption import recognition
from integrations import mllp
from integrations.models import ExchangedMessage, Integration, ReceivedMessage
from labs.hl7 import Message, NotHL7, Separators, read_header, read_message

RESULTS = "ORU^R01"
LONGEST_ID = 199
REASONS = {
    "no_msh": "The message does not begin with MSH",
    "charset": "MSH-18 names a character set that is not read here, or the text is not in it",
    "separators": "MSH-1 and MSH-2 do not name the separators",
    "too_many_segments": "The message has too many segments",
    "too_large": "The message is longer than 1 MiB",
    "several_messages": "A second MSH is in the message: end each message with 0x1C 0x0D",
    "not_results": "Only results are taken (ORU^R01)",
    "two_patients": "Results of more than one patient: send a message for each",
    "no_control_id": "MSH-10 is missing or too long",
    "not_connected": "No system with this MSH-3 and MSH-4 is connected from this address",
    "failed": "Not stored: this is our fault and was recorded. Send it again later",
    "away": "Not stored: the database is away. Send it again",
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as it came, and from which address."""

    content: bytes
    address: str


class Turned(Exception):
    """A message that is not taken; `code` is one of REASONS."""

    def __init__(self, code: str, message: Message | None = None) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def receive(batch: Sequence[Incoming], now: datetime) -> list[bytes]:
    """The acknowledgement of each: AA once it is stored, in one transaction for all; AR with a reason.

    The same message again (MSH-10 and content) is acknowledged again and stored once. Raises what the
    database raises; then nothing is stored.
    """
    senders = _senders()
    rows: list[ReceivedMessage] = []
    answers: list[bytes] = []
    refusals: list[ExchangedMessage] = []
    for incoming in batch:
        try:
            message, integration = _admitted(incoming, senders)
        except Turned as refusal:
            answers.append(acknowledgement(refusal.message, "AR", now, REASONS[refusal.code]))
            refusals.append(_refusal(incoming, refusal, senders, now))
            continue
        rows.append(_row(incoming, message, integration, now))
        answers.append(acknowledgement(message, "AA", now))
    with transaction.atomic():
        ReceivedMessage.objects.bulk_create(rows, ignore_conflicts=True)
        ExchangedMessage.objects.bulk_create(refusals)
    return answers


def _senders() -> dict[tuple[str, str], Integration]:
    """Active systems by the application and facility that they send as."""
    rows = Integration.objects.filter(is_active=True).exclude(hl7_application="").order_by()
    rows = rows.only("hl7_application", "hl7_facility", "addresses")
    return {(row.hl7_application, row.hl7_facility): row for row in rows}


def _admitted(incoming: Incoming, senders: dict[tuple[str, str], Integration]) -> tuple[Message, Integration]:
    if len(incoming.content) > mllp.MOST_BYTES:
        raise Turned("too_large", _beginning(incoming.content))
    try:
        message = read_message(incoming.content)
    except NotHL7 as error:
        raise Turned(error.code, _beginning(incoming.content)) from error
    integration = senders.get(message.sender)
    if integration is None or not _may_call(integration, incoming.address):
        raise Turned("not_connected", message)
    if message.kind != RESULTS:
        raise Turned("not_results", message)
    if message.is_several:
        raise Turned("several_messages", message)
    if message.has_several_patients:
        raise Turned("two_patients", message)
    if not 0 < len(message.control_id) <= LONGEST_ID:
        raise Turned("no_control_id", message)
    return message, integration


def _beginning(content: bytes) -> Message | None:
    try:
        return read_header(content)
    except NotHL7:
        return None


def _may_call(integration: Integration, address: str) -> bool:
    if not integration.addresses:
        return True
    parsed = ipaddress.ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(mapped in ipaddress.ip_network(network) for network in integration.addresses)


def _row(incoming: Incoming, message: Message, integration: Integration, now: datetime) -> ReceivedMessage:
    return ReceivedMessage(
        integration=integration,
        control_id=message.control_id,
        digest=digest_of(incoming.content),
        content=base64.b64encode(incoming.content).decode(),
        received_at=now,
        kept_until=now + timedelta(days=settings.INTEGRATION_MESSAGES_DAYS),
    )


def digest_of(content: bytes) -> str:
    """What recognises the same message again, and says nothing of it."""
    return recognition("integrations.received", content)


def _refusal(
    incoming: Incoming, refusal: Turned, senders: dict[tuple[str, str], Integration], now: datetime
) -> ExchangedMessage:
    """The line of the log, of the system that the header names where there is one."""
    return ExchangedMessage(
        integration=senders.get(refusal.message.sender) if refusal.message else None,
        interface=ExchangedMessage.Interface.HL7,
        what="HL7 v2",
        status="AR",
        reason=refusal.code,
        address=incoming.address or None,
        content={"sent": base64.b64encode(incoming.content[:4096]).decode()},
        at=now,
    )


def acknowledgement(message: Message | None, code: str, now: datetime, text: str = "") -> bytes:
    """An ACK in the separators and the version of what it answers."""
    signs = message.header.separators if message else Separators()
    field, component = signs.field, signs.component
    head = message.header if message else None

    def said(number: int) -> str:
        return _one_line(head.text(number)) if head else ""

    kind = component.join(("ACK", "R01", "ACK")) if head and head.text(12) >= "2.3.1" else "ACK"
    moment = now.strftime("%Y%m%d%H%M%S+0000")
    control_id = said(10)
    first: list[Any] = [
        f"MSH{field}{component}{signs.repetition}{signs.escape}{signs.subcomponent}",
        *("ACLF", said(6), said(3), said(4), moment, "", kind, f"A{control_id}"[:LONGEST_ID]),
        *(said(11) or "P", said(12) or "2.5.1"),
    ]
    second = ["MSA", code, control_id, *([text] if text else [])]
    return f"{field.join(first)}\r{field.join(second)}\r".encode()


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_ID]
