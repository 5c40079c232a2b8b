"""How channels call others over HTTP: within a bounded time, following nothing, and failing in known ways."""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from django.conf import settings

from accounts import clock
from notifications.channels.base import ChannelError, Fault
from notifications.channels.faults import error_of
from notifications.channels.wire import ForbiddenAddress, judged

MOST_BYTES = 64 * 1024
LONGEST_PAUSE = timedelta(hours=1)
GONE = frozenset({404, 410})
AT_FAULT = frozenset({400, 405, 406, 413, 415, 422})
PAUSING = frozenset({429, 503})


@dataclass(frozen=True)
class Answer:
    """What a server said; at most the first 64 KiB of it, unless more was asked for.

    Header names are in lower case. `is_cut`: there was more.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool = False

    def json(self) -> dict[str, Any]:
        """The JSON object in the body; an empty one if there is none."""
        try:
            return json_object(json.loads(self.body))
        except (ValueError, RecursionError):
            return {}

    @property
    def is_yes(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The beginning of the body in one line, for people."""
        return " ".join(self.body.decode(errors="replace").split())[:200]

    @property
    def retry_after(self) -> timedelta | None:
        """How long to wait, at most an hour; None when the server did not say or cannot be understood.

        Feishu says it in seconds under a name of its own.
        """
        return pause(self.headers.get("retry-after") or self.headers.get("x-ogw-ratelimit-reset", ""))


@dataclass(frozen=True)
class Bounds:
    """How much of an answer is read, and within how many seconds; settings.CHANNEL_SECONDS where None.

    `is_guarded`: a person gave the address (see wire.py).
    """

    is_guarded: bool = False
    most_bytes: int = MOST_BYTES
    seconds: float | None = None


def post(url: str, *, body: bytes, headers: Mapping[str, str], is_guarded: bool = False) -> Answer:
    """POST to `url` and read the answer. `is_guarded`: a person gave the address (see wire.py).

    Raises ChannelError when there is no whole answer within settings.CHANNEL_SECONDS.
    """
    return call("POST", url, body=body, headers=headers, bounds=Bounds(is_guarded))


def call(method: str, url: str, *, body: bytes, headers: Mapping[str, str], bounds: Bounds) -> Answer:
    """Call `url` with GET or POST and read the answer; no redirect is followed.

    Raises ChannelError when there is no whole answer in time.
    """
    from notifications.channels import curl  # the library is for those who call, and not for all who are told

    seconds = settings.CHANNEL_SECONDS if bounds.seconds is None else bounds.seconds
    ends_at = time.monotonic() + seconds
    try:
        host = judged(url) if bounds.is_guarded else None
        left = ends_at - time.monotonic()
        sent = {"User-Agent": "aclf-referral", **headers}
        reply = curl.perform(curl.Request(method, url, sent, body, left, bounds.most_bytes, host))
    except ForbiddenAddress as error:
        raise ChannelError(str(error), permanent=True) from error
    except curl.CallFailed as error:
        raise ChannelError("no answer in time" if error.took_too_long else str(error)) from error
    except (OSError, ValueError) as error:
        raise ChannelError(f"the host cannot be found: {error}") from error
    return Answer(reply.status, reply.headers, bytes(reply.body[: bounds.most_bytes]), reply.is_cut)


def pause(given: str) -> timedelta | None:
    """A Retry-After header: seconds, or a date by the machine's clock; never more than an hour."""
    if given.isdecimal():
        return timedelta(seconds=min(float(given), LONGEST_PAUSE.total_seconds()))
    try:
        until = parsedate_to_datetime(given)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - clock.wall(), timedelta(0)), LONGEST_PAUSE)


def accepted(answer: Answer, *, gone: Collection[int] = GONE) -> Answer:
    """`answer` if its status is a yes; else what kind of no, for an answer without a code in its body.

    The statuses `gone` retire the address; a message that cannot be understood is given up; anything else, a
    refused key of ours included, is tried again.
    """
    if answer.is_yes:
        return answer
    if answer.status in gone:
        fault = Fault.GONE
    elif answer.status in AT_FAULT:
        fault = Fault.MESSAGE
    else:
        fault = Fault.BUSY if answer.status in PAUSING else Fault.PASSING
    raise error_of(fault, str(answer.status), answer.text, retry_after=answer.retry_after)


def not_understood(answer: Answer) -> ChannelError:
    """A yes that says nothing is no yes."""
    return error_of(Fault.UNKNOWN, str(answer.status), "an answer that cannot be understood")


def json_object(value: Any) -> dict[str, Any]:
    """`value` if it is an object; an empty one for anything else that stands where a provider has one."""
    return value if isinstance(value, dict) else {}


def json_objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none if it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
