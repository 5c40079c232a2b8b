"""One unit of work on one case: what its verbs bring is gathered, then written in a few statements."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Ward
from notifications.services import post
from notifications.types import Notice
from referral.alerts import compose
from referral.alerts.recipients import Directory
from referral.deadlines import escalation, lifecycle
from referral.models import Case, Deadline, Event
from referral.pathway import timeline
from referral.pathway.change import Change
from referral.pathway.locking import lock
from referral.pathway.vocabulary import UNREGISTERED, Kind
from referral.queries.new_case import keep_loaded
from referral.signals import case_changed
from referral.statistics.facts.writer import record


@dataclass(slots=True)
class Settlement:
    """The deadlines, lines, notices and updates that changes of `case` bring; saved by `write`, once.

    `running`: the case's open deadlines, as the changes find and leave them; `fresh`: those they open.
    `directory`: who is who after the last change. `moments`: when the changes are said to have been.
    """

    case: Case
    now: datetime
    running: list[Deadline] | None = None
    fresh: list[Deadline] = field(default_factory=list)
    lines: list[Event | timeline.Line] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    updates: list[tuple[str, Collection[Ward | None]]] = field(default_factory=list)
    directory: Directory | None = None
    is_answered: bool = False
    moments: set[datetime] = field(default_factory=set)

    def read_running(self) -> list[Deadline]:
        """The case's open deadlines; read once, after the effect has settled the offers that they know."""
        if self.running is None:
            self.running = lifecycle.running(self.case)
        return self.running

    def close_deadlines(self, change: Change) -> None:
        """Close the deadlines that a verb fulfils, and those that no longer matter after it."""
        open_ones = [*self.read_running(), *self.fresh]
        self.lines += lifecycle.meet(
            self.case,
            open_ones,
            change.row.meets | change.also_meets,
            offer=change.offer,
            occurred_at=change.occurred_at,
            now=self.now,
        )
        self.lines += lifecycle.drop_pointless(self.case, open_ones, now=self.now)

    def open_deadlines(self, kinds: Collection[Kind], occurred_at: datetime, directory: Directory) -> None:
        """Open those of `kinds` that do not run."""
        self.fresh += lifecycle.missing(
            self.case,
            kinds,
            running=[*(self.running or ()), *self.fresh],
            offer=directory.offer_of(self.case),
            now=self.now,
            occurred_at=occurred_at,
        )

    def write_lines(self) -> None:
        """Store the lines gathered so far, for whoever reads the timeline before the unit ends."""
        timeline.store_with_events(self.lines)
        self.lines = []

    def write(self) -> None:
        """Save the case and all that was gathered, alert of the fresh deadlines, and let open pages look.

        Nothing is written where nothing was changed.
        """
        if self.directory is None:
            return
        notices, lines = escalation.first_alerts(lifecycle.still_open(self.fresh), self.directory, self.now)
        begins = self.case.is_new
        self.case.updated_at = self.now
        self.case.save(force_insert=begins)
        lifecycle.save_closed(self.running or (), now=self.now)
        Deadline.objects.bulk_create(self.fresh)
        self.lines += lines
        if begins and self.is_answered:
            self._keep_loaded(self.directory)
        self.write_lines()
        record(self.case.pk)
        # What is asked for first is done first after the commit: open pages hear before the workers.
        for what, wards in self.updates:
            compose.publish_change(self.case, what=what, wards=wards)
        post(notices=[*self.notices, *notices], now=self.now)
        case_changed.send(sender=Case, case=self.case, moments={self.now, *self.moments})

    def _keep_loaded(self, directory: Directory) -> None:
        """Let whoever registered the case be answered from memory."""
        offer = directory.offer_of(self.case)
        events = [line for line in self.lines if isinstance(line, Event)]
        keep_loaded(self.case, offers=[offer] if offer else [], deadlines=self.fresh, events=events)


@contextmanager
def settling(case: Case | UUID, now: datetime, *, is_answered: bool = False) -> Iterator[Settlement]:
    """A transaction in which `apply` changes one case, locked or about to begin; written at its end, once.

    `is_answered`: a case that begins is kept as `referral.queries.new_case` has it.
    """
    with transaction.atomic():
        if isinstance(case, Case) and case.state == UNREGISTERED:
            settlement = Settlement(case, now, running=[], is_answered=is_answered)
        else:
            settlement = Settlement(lock(case), now)
        yield settlement
        settlement.write()
