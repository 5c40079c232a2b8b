"""The whole checklist as one form with one save: what changed of it is recorded, all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from accounts.models import User
from portal.pages.verbs.at_once import AtOnce
from portal.pages.verbs.fields import Option
from portal.pages.verbs.submitting import Submission, is_first
from portal.pages.verbs.texts import TEXTS
from referral.models import Case
from referral.pathway.inputs import parse_inputs
from referral.pathway.perform import apply
from referral.pathway.refusals import InputError, Text
from referral.pathway.settlement import Settlement, settling
from referral.pathway.vocabulary import Verb
from referral.ward.checklist import BASIS, Item
from referral.ward.codes import NotDoneReason, Progress

PARTS = ("progress", "reason", "note")


@dataclass(slots=True)
class ChecklistRow:
    """One item: how it stood, what is chosen now, and what was refused of it."""

    item: Item
    progress: str = ""
    reason: str = ""
    note: str = ""
    errors: list[Text] = field(default_factory=list)

    @property
    def label(self) -> Text:
        return self.item.label

    @property
    def id_for_label(self) -> str:
        """The id of its first choice, where an error leads."""
        return f"checklist-{self.item.code}"

    @property
    def changed(self) -> bool:
        """Whether there is something to record of it."""
        return bool(self.progress) and (self.progress, self.reason, self.note) != as_recorded(self.item)


@dataclass(slots=True)
class ChecklistForm:
    """The form. `version`: the state of the case that was seen; `once` makes a second click harmless."""

    rows: list[ChecklistRow]
    version: int
    once: str = field(default_factory=lambda: uuid4().hex)
    offer: None = None
    back: str = ""
    problems: list[Text] = field(default_factory=list)

    @property
    def errors(self) -> bool:
        return bool(self.problems or any(row.errors for row in self.rows))

    @property
    def at_once(self) -> list[AtOnce]:
        """The medical basis by one tap."""
        basis = [row for row in self.rows if row.item.code in BASIS]
        words = _(", ").join(str(row.label) for row in basis)
        sets = {f"{row.item.code}-progress": Progress.DONE.value for row in basis}
        return [AtOnce(_("Mark as done"), words, sets)]

    def non_field_errors(self) -> list[Text]:
        return self.problems

    def __iter__(self) -> Any:
        return iter(self.rows)

    @property
    def title(self) -> Text:
        return TEXTS[Verb.RECORD_TREATMENT].title


PROGRESS = [Option(value, label) for value, label in Progress.choices]
REASONS = [Option(value, label) for value, label in NotDoneReason.choices]


def as_recorded(item: Item) -> tuple[str, str, str]:
    """Progress, reason and note as the latest word on an item has them."""
    reason = next((code for code, label in NotDoneReason.choices if str(label) == str(item.reason)), "")
    return item.progress, reason, item.note


def begun(items: list[Item], case: Case) -> ChecklistForm:
    """The form with every item as it stands."""
    return ChecklistForm([ChecklistRow(item, *as_recorded(item)) for item in items], case.version)


def typed(items: list[Item], case: Case, posted: Mapping[str, str]) -> ChecklistForm:
    """The form with what was chosen and written."""
    rows = []
    for item in items:
        said = {part: posted.get(f"{item.code}-{part}", "").strip() for part in PARTS}
        rows.append(ChecklistRow(item, said["progress"], said["reason"], said["note"]))
    return ChecklistForm(rows, case.version)


def save(form: ChecklistForm, sent: Submission, *, case: Case, user: User, now: datetime) -> int:
    """Record the items that changed in one transaction and return how many; a repetition records nothing.

    What is refused of an item stands in its row, and nothing is recorded then. Raises what `perform` raises.
    """
    changed = [row for row in form.rows if row.changed]
    if not changed:
        return 0
    with settling(case.pk, now) as settlement:
        if sent.once and not is_first(user, sent.once, now):
            return 0
        for row in changed:
            _record(row, settlement, user, sent.version if row is changed[0] else None)
        if form.errors:
            raise InputError
    return len(changed)


def _record(row: ChecklistRow, settlement: Settlement, user: User, version: int | None) -> None:
    said = {"item": row.item.code, "progress": row.progress, "note": row.note}
    # Only what is declined has a reason: one that is left from before goes with it.
    said["reason"] = row.reason if row.progress == Progress.DECLINED else ""
    try:
        apply(
            settlement,
            Verb.RECORD_TREATMENT,
            actor=user,
            if_version=version,
            read=lambda case: parse_inputs(Verb.RECORD_TREATMENT, said, case=case, user=user),
        )
    except InputError as error:
        row.errors += [message for _name, _code, message in error.rows]
