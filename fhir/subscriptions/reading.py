"""A Subscription, read from what a program sends."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.moments import read_moment
from fhir.formats import MEDIA_TYPE
from fhir.outcomes import Refused
from fhir.resources.subscriptions import FILTER, HEARTBEAT, MOST, PAYLOAD
from fhir.subscriptions.topics import TOPIC, issue_with, topic_of
from fhir.writing.elements import Findings, objects_in, text_of
from integrations.models import EventSubscription
from notifications.channels.base import AddressError
from notifications.channels.targets import target_url
from referral.pathway.refusals import Text

TAKEN = ("status", "reason", "criteria", "_criteria", "end", "channel")
OF_CHANNEL = ("type", "endpoint", "payload", "_payload", "header", "extension")
HEARTBEATS, COUNTS = range(30, 86_401), range(1, 101)
MOST_HEADERS = 10
HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}): ?([\x21-\x7e](?:[\x20-\x7e]{0,1998}[\x21-\x7e])?)")
OURS = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection", "te", "trailer", "upgrade"}
    | {"accept", "user-agent", "expect", "keep-alive", "proxy-authorization", "idempotency-key"}
)
CHANNEL = "Subscription.channel"
OTHER = _("“%(value)s” is not served for “%(where)s”: only %(taken)s.")


def read_subscription(sent: Mapping[str, Any], *, user: User, now: datetime) -> EventSubscription:
    """What a program wishes, as a row that is not saved and has no integration. Raises Refused."""
    findings = Findings()
    findings.refuse_unknown(sent, "Subscription", TAKEN)
    if sent.get("status") != "requested":
        _only(findings, "Subscription.status", text_of(sent.get("status")), "requested")
    topic, criteria = _criteria(sent, findings)
    channel = sent.get("channel")
    row = EventSubscription(
        topic=topic,
        criteria=criteria,
        reason=text_of(sent.get("reason"))[:200] or criteria[:200],
        ends_at=_end(sent, now, findings),
        **_channel(channel if isinstance(channel, Mapping) else {}, findings),
    )
    if criteria and (issue := _issue(criteria, user)):
        findings.issues.append(issue)
    findings.check()
    return row


def _issue(criteria: str, user: User) -> Any:
    try:
        return issue_with(criteria, user)
    except Refused as refusal:
        kind, _where, text = refusal.issues[0]
        return kind, "Subscription.criteria", text


def _only(findings: Findings, where: str, value: str, taken: Text) -> None:
    named = {"where": where, "value": value[:120], "taken": taken}
    findings.add(where, OTHER % named, "not-supported")


def _criteria(sent: Mapping[str, Any], findings: Findings) -> tuple[str, str]:
    """The topic, if one is named, and the search: `criteria` itself, or the filter beside the topic."""
    given, where = text_of(sent.get("criteria")), "Subscription.criteria"
    extensions = _extensions(sent.get("_criteria"), where, (FILTER,), findings)
    if not given or len(given) > 500:
        findings.required(where)
        return "", ""
    if not given.startswith(TOPIC):
        if extensions:
            _only(findings, f"{where}.extension", FILTER, _("beside a topic"))
        return "", given
    resource_type = given.removeprefix(TOPIC)
    criteria = text_of(extensions.get(FILTER)) or resource_type
    if criteria.partition("?")[0] != resource_type:
        findings.add(f"{where}.extension", _("The filter is of another type than the topic."), "invalid")
    return topic_of(resource_type)[:200], criteria[:500]


def _extensions(element: Any, where: str, taken: tuple[str, ...], findings: Findings) -> dict[str, Any]:
    """The values of extensions by their address; another one, or one twice, is refused by its name."""
    values: dict[str, Any] = {}
    rows = element.get("extension") if isinstance(element, Mapping) else None
    for row in objects_in(rows):
        url = text_of(row.get("url"))
        if url not in taken or url in values:
            _only(findings, f"{where}.extension", url, ", ".join(taken))
            continue
        values[url] = next((value for name, value in row.items() if name.startswith("value")), None)
    return values


def _end(sent: Mapping[str, Any], now: datetime, findings: Findings) -> datetime | None:
    if not (given := sent.get("end")):
        return None
    try:
        end = read_moment(text_of(given))
    except (ValueError, TypeError):
        text = _("This is no date and time with a time zone, such as 2026-05-17T08:30:00+08:00.")
        findings.add("Subscription.end", text)
        return None
    if end <= now:
        findings.add("Subscription.end", _("This time has passed already."))
    return end


def _channel(channel: Mapping[str, Any], findings: Findings) -> dict[str, Any]:
    findings.refuse_unknown(channel, CHANNEL, OF_CHANNEL)
    if channel.get("type") != "rest-hook":
        _only(findings, f"{CHANNEL}.type", text_of(channel.get("type")), "rest-hook")
    extensions = _extensions(channel, CHANNEL, (HEARTBEAT, MOST), findings)
    return {
        "endpoint": _endpoint(channel, findings),
        "headers": _headers(channel.get("header", []), findings),
        "payload": _payload(channel, findings),
        "heartbeat_seconds": _number(extensions, HEARTBEAT, HEARTBEATS, findings),
        "most_per_notification": _number(extensions, MOST, COUNTS, findings) or 1,
    }


def _endpoint(channel: Mapping[str, Any], findings: Findings) -> str:
    try:
        return target_url(text_of(channel.get("endpoint")), field="endpoint")
    except AddressError as error:
        findings.add(f"{CHANNEL}.endpoint", error.message)
        return ""


def _headers(given: Any, findings: Findings) -> list[str]:
    where = f"{CHANNEL}.header"
    if not isinstance(given, list) or len(given) > MOST_HEADERS:
        findings.add(where, _("At most %(most)s headers can be named.") % {"most": MOST_HEADERS}, "structure")
        return []
    for position, line in enumerate(given):
        match = HEADER.fullmatch(line) if isinstance(line, str) else None
        if match is None:
            text = _(
                "A header is a name, a colon and a value of printable ASCII, such as “Authorization: …”."
            )
            findings.add(f"{where}[{position}]", text)
        elif match[1].lower() in OURS:
            text = _("The header “%(name)s” is set by this server and cannot be chosen.")
            findings.add(f"{where}[{position}]", text % {"name": match[1]}, "not-supported")
    return [line for line in given if isinstance(line, str)]


def _payload(channel: Mapping[str, Any], findings: Findings) -> str:
    """`id-only` where nothing is said. A full resource is not sent: it is read, with the rights of then."""
    where, choices = f"{CHANNEL}.payload", list(EventSubscription.Payload)
    media_type = channel.get("payload", MEDIA_TYPE)
    if media_type != MEDIA_TYPE:
        _only(findings, where, text_of(media_type), MEDIA_TYPE)
    content = _extensions(channel.get("_payload"), where, (PAYLOAD,), findings).get(PAYLOAD, "id-only")
    if content not in choices:
        _only(findings, f"{where}.extension", str(content), ", ".join(choices))
        return ""
    return str(content)


def _number(values: Mapping[str, Any], url: str, allowed: range, findings: Findings) -> int | None:
    value = values.get(url)
    if value is None:
        return None
    if isinstance(value, bool) or value not in allowed:
        text = _("This is a whole number from %(least)s to %(most)s.")
        named = {"least": allowed.start, "most": allowed.stop - 1}
        findings.add(f"{CHANNEL}.extension", text % named)
        return None
    return int(value)


def is_same(one: EventSubscription, other: EventSubscription) -> bool:
    """Whether two subscriptions wish the same."""
    names = ("criteria", "topic", "endpoint", "headers", "payload", "heartbeat_seconds", "ends_at")
    return all(getattr(one, name) == getattr(other, name) for name in names)
