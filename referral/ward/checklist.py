"""Treatment by the grade that counts failing organs: which items belong to it, and how each stands.

The items are those of He K, Li H, J Clin Hepatol 2025;41:1025-1029, doi 10.12449/JCH250604.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from referral.models import ArtificialLiverSession, TransplantDecision, TreatmentRecord
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Verb
from referral.ward.codes import Progress, TreatmentItem
from referral.ward.codes import TransplantDecision as Decision

LISTING, TRANSPLANT = "transplant_listing", "transplant"

BASIS: tuple[str, ...] = (
    TreatmentItem.LIVER_PROTECTION,
    TreatmentItem.NUTRITION,
    TreatmentItem.INFECTION_PREVENTION,
    TreatmentItem.SYMPTOMS,
)
ONE_FAILURE = (*BASIS, TreatmentItem.ORGAN_SUPPORT, TreatmentItem.ARTIFICIAL_LIVER)
TWO_FAILURES = (*ONE_FAILURE, TreatmentItem.ICU, LISTING)
ITEMS: Mapping[str, tuple[str, ...]] = {
    "": BASIS,
    "I": ONE_FAILURE,
    "II": TWO_FAILURES,
    "III": (*TWO_FAILURES, TRANSPLANT),
}
"""The items by grade; without a failing organ the medical basis alone."""

LABELS: Mapping[str, Text] = {
    **{item.value: item.label for item in TreatmentItem},
    LISTING: _("transplant waiting list"),
    TRANSPLANT: _("transplant within 7 days of the third failure"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the checklist. `progress` is empty while nobody said anything; `verb` says more of it."""

    code: str
    verb: Verb
    progress: str = ""
    reason: Text = ""
    note: str = ""
    by: User | None = None
    at: datetime | None = None

    @property
    def label(self) -> Text:
        return LABELS[self.code]

    @property
    def progress_label(self) -> Text:
        return Progress(self.progress).label if self.progress else ""


def checklist(
    grade: str,
    *,
    treatments: Iterable[TreatmentRecord],
    sessions: Sequence[ArtificialLiverSession],
    decisions: Sequence[TransplantDecision],
) -> list[Item]:
    """The items of `grade`, each with the latest word on it, and those of other grades that have one.

    The rows are in the order of their times. A session stands for artificial liver, a decision for
    transplant.
    """
    entries = {row.item: _treated(row) for row in treatments}
    if sessions:
        entries[TreatmentItem.ARTIFICIAL_LIVER] = _session(sessions[-1])
    if decisions:
        entries |= _decided(decisions)
    others = [code for code in LABELS if code in entries and code not in ITEMS[grade]]
    return [entries.get(code) or Item(code, _verb(code)) for code in (*ITEMS[grade], *others)]


def _verb(code: str) -> Verb:
    return Verb.DECIDE_TRANSPLANT if code in (LISTING, TRANSPLANT) else Verb.RECORD_TREATMENT


def _treated(row: TreatmentRecord) -> Item:
    reason = row.get_reason_display() if row.reason else ""
    return Item(row.item, _verb(row.item), row.progress, reason, row.note or "", row.actor, row.occurred_at)


def _session(row: ArtificialLiverSession) -> Item:
    code = TreatmentItem.ARTIFICIAL_LIVER.value
    return Item(
        code, Verb.RECORD_ARTIFICIAL_LIVER, Progress.DONE, "", row.note or "", row.actor, row.occurred_at
    )


STEPS: Mapping[Decision, tuple[tuple[str, Progress], ...]] = {
    Decision.NOT_CONSIDERED: (),
    Decision.EVALUATED: ((LISTING, Progress.PLANNED),),
    Decision.LISTED: ((LISTING, Progress.DONE),),
    Decision.DONOR_FOUND: ((LISTING, Progress.DONE), (TRANSPLANT, Progress.PLANNED)),
    Decision.TRANSPLANTED: ((LISTING, Progress.DONE), (TRANSPLANT, Progress.DONE)),
    Decision.CONTRAINDICATED: ((LISTING, Progress.DECLINED), (TRANSPLANT, Progress.DECLINED)),
    Decision.AGAINST: ((LISTING, Progress.DECLINED), (TRANSPLANT, Progress.DECLINED)),
}
"""What each decision says of the two items of the checklist."""


def _decided(decisions: Sequence[TransplantDecision]) -> dict[str, Item]:
    decided = {}
    for row in decisions:
        reason = row.get_reason_display() if row.reason else ""
        for code, progress in STEPS[Decision(row.decision)]:
            decided[code] = Item(
                code, _verb(code), progress, reason, row.note or "", row.actor, row.occurred_at
            )
    return decided
