"""What follows from a change of a locked case: gathered first, then written in a few statements."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Ward
from notifications.services import post
from notifications.types import Notice
from referral.alerts import compose
from referral.alerts.recipients import Directory
from referral.deadlines import escalation, lifecycle
from referral.models import Case, Deadline
from referral.pathway import timeline
from referral.pathway.change import Change
from referral.pathway.vocabulary import Kind
from referral.statistics.facts.writer import record


@dataclass(slots=True)
class Settlement:
    """The deadlines, lines, notices and updates that changes of `case` bring; saved by `write`, once.

    `running`: the case's open deadlines, as the changes find and leave them; `fresh`: those they open.
    """

    case: Case
    now: datetime
    running: list[Deadline] | None = None
    fresh: list[Deadline] = field(default_factory=list)
    lines: list[timeline.Line] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    updates: list[tuple[str, Collection[Ward | None]]] = field(default_factory=list)

    def close_deadlines(self, change: Change) -> None:
        """Close the deadlines that a verb fulfils, and those that no longer matter after it."""
        if self.running is None:
            self.running = lifecycle.running(self.case)
        open_ones = [*self.running, *self.fresh]
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

    def write(self, directory: Directory) -> None:
        """Save the case and all that was gathered, alert of the fresh deadlines, and let open pages look."""
        notices, lines = escalation.first_alerts(lifecycle.still_open(self.fresh), directory, self.now)
        lifecycle.save_closed(self.running or (), now=self.now)
        Deadline.objects.bulk_create(self.fresh)
        timeline.store([*self.lines, *lines])
        self.case.updated_at = self.now
        self.case.save()
        record([self.case.pk])
        post(notices=[*self.notices, *notices], now=self.now)
        for what, wards in self.updates:
            compose.publish_change(self.case, what=what, wards=wards)
