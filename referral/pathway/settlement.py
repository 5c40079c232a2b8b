"""What follows from a change of a locked case: gathered first, then written in a few statements."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from notifications.services import post
from notifications.types import Notice
from referral.alerts.recipients import Directory
from referral.deadlines import escalation, lifecycle
from referral.models import Case, Deadline
from referral.pathway import timeline
from referral.pathway.vocabulary import Kind
from referral.statistics.facts.writer import record


@dataclass(slots=True)
class Settlement:
    """The deadlines, lines and notices that a change of `case` brings; nothing is saved before `write`.

    `running`: the case's open deadlines, as the change finds and leaves them; `fresh`: those it opens.
    """

    case: Case
    now: datetime
    running: list[Deadline] = field(default_factory=list)
    fresh: list[Deadline] = field(default_factory=list)
    lines: list[timeline.Line] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def open(self, kinds: Collection[Kind], *, occurred_at: datetime, directory: Directory) -> None:
        """Open those of `kinds` that do not run."""
        self.fresh = lifecycle.missing(
            self.case,
            kinds,
            running=self.running,
            offer=directory.offer_of(self.case),
            now=self.now,
            occurred_at=occurred_at,
        )

    def alert(self, directory: Directory) -> None:
        """Alert of the fresh deadlines, as their ladders say."""
        notices, lines = escalation.first_alerts(self.fresh, directory, self.now)
        self.notices += notices
        self.lines += lines

    def write(self) -> None:
        """Save the case and all that was gathered, and what statistics count of it."""
        lifecycle.save_closed(self.running, now=self.now)
        Deadline.objects.bulk_create(self.fresh)
        timeline.store(self.lines)
        self.case.updated_at = self.now
        self.case.save()
        record([self.case.pk])
        post(notices=self.notices, now=self.now)
