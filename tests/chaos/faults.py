"""What can go wrong inside one process. Installed from outside into a process that the suite starts.

The product has no hook for this: the points lie where Django meets the database and where a channel is
called, and they are wrapped in the started process only.
"""

import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

STATEMENT, STORING = "before a statement", "before a statement, from the first of storing a message"
NOTIFYING = "before a statement, from the first of notifying a subscriber"
BEFORE_COMMIT, AFTER_COMMIT = "before the commit", "after the commit, before the hint"
BEFORE_SENDING, BEFORE_CONFIRMING = "after the lease, before sending", "between acceptance and confirmation"
WRITES = re.compile(
    r"\b(INSERT INTO|UPDATE) \W?(referral_|notifications_(notification|delivery)|integrations_received)"
)

BEGINS = {
    STATEMENT: "SKIP LOCKED",
    STORING: "integrations_integration",
    NOTIFYING: "integrations_eventsubscription",
}
"""What the first statement that is counted has in it: a claim, the look for who sends, for what is due."""


@dataclass(frozen=True)
class Faults:
    """Of one process: at which point, met for the `nth` time, it kills itself; how far its own clock is off;
    whether it breaks the rule and marks a message as sent before it sends it."""

    dies: str = ""
    nth: int = 1
    clock_off: timedelta = timedelta(0)
    marks_before_sending: bool = False

    def install(self) -> None:
        if self.clock_off:
            _shift_clock(self.clock_off)
        if self.dies in BEGINS:
            _die_before_statement(self.nth, BEGINS[self.dies])
        if self.dies in (BEFORE_COMMIT, AFTER_COMMIT):
            _die_at_commit(Countdown(self.nth), self.dies)
        if self.dies in (BEFORE_SENDING, BEFORE_CONFIRMING):
            _wrap_channels(lambda send: _dying(send, Countdown(self.nth), self.dies))
        if self.marks_before_sending:
            _wrap_channels(_marking)


class Countdown:
    """Kills this process when it was called often enough."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _shift_clock(by: timedelta) -> None:
    from datetime import UTC, datetime

    import time_machine

    time_machine.travel(datetime.now(UTC) + by, tick=True).start()  # noqa: TID251


def _on_statements(watch: Callable[[str], None]) -> None:
    from django.db.backends.signals import connection_created

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        watch(str(sql))
        return execute(sql, params, many, context)

    def connected(connection: Any, **kwargs: Any) -> None:
        if wrapper not in connection.execute_wrappers:
            connection.execute_wrappers.append(wrapper)

    connection_created.connect(connected, weak=False)


def _die_before_statement(nth: int, begins: str) -> None:
    """Counted from the first statement with `begins` in it, that one included."""
    countdown = Countdown(nth)
    began = False

    def watch(sql: str) -> None:
        nonlocal began
        began = began or begins in sql
        if began:
            countdown()

    _on_statements(watch)


def _die_at_commit(countdown: Countdown, where: str) -> None:
    """At the commit of a transaction that changed a case, a deadline or the outbox."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    commit = BaseDatabaseWrapper._commit
    wrote = False

    def watch(sql: str) -> None:
        nonlocal wrote
        wrote = wrote or bool(WRITES.search(sql))

    def _commit(self: Any) -> Any:
        nonlocal wrote
        if wrote and where == BEFORE_COMMIT:
            countdown()
        done = commit(self)
        if wrote and where == AFTER_COMMIT:
            countdown()
        wrote = False
        return done

    _on_statements(watch)
    BaseDatabaseWrapper._commit = _commit


def _wrap_channels(wrap: Callable[[Any], Any]) -> None:
    from notifications.channels.registry import channels

    for channel in channels().values():
        if not channel.is_stored:
            type(channel).send = wrap(type(channel).send)


def _dying(send: Any, countdown: Countdown, where: str) -> Any:
    def dying(self: Any, message: Any) -> Any:
        if where == BEFORE_SENDING:
            countdown()
        receipt = send(self, message)
        if where == BEFORE_CONFIRMING:
            countdown()
        return receipt

    return dying


def _marking(send: Any) -> Any:
    """The broken rule: the row says sent, then the message is sent, perhaps."""
    from accounts import clock
    from notifications.models import Delivery

    def marking(self: Any, message: Any) -> Any:
        Delivery.objects.filter(pk=message.delivery_id).update(
            state="sent", sent_at=clock.now(), lease_token=None, leased_until=None
        )
        return send(self, message)

    return marking
