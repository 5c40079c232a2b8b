"""The draft of the eight indicators, saved value by value while the laboratory works."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from referral.models import Case, Indicators
from referral.pathway.effects.assessment import merged
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.queries.case_values import Value, draft_values
from scoring import Reading, read_inputs, red_flags


@dataclass(frozen=True, slots=True)
class Draft:
    """What was saved of the indicators of a case, and what it says.

    `typed`: by input name, units and `sampled_at` included, with the age from the birth date. `entries`: the
    saved values one by one, with who entered each and when. `saved` is None while nothing was saved.
    """

    case: Case
    typed: Mapping[str, Any]
    entries: tuple[Value, ...]
    reading: Reading
    saved: Indicators | None

    @property
    def red_flags(self) -> tuple[str, ...]:
        return red_flags(self.reading.values)

    @property
    def confirmed(self) -> list[str]:
        """Names of unusual values that a person said are right."""
        return list(self.saved.confirmed) if self.saved else []


def draft_on(case: Case, now: datetime) -> Draft:
    """The draft of a visible case as it reads at `now`; without a query where it was loaded with the case."""
    saved = case.draft
    typed = draft_of(case)
    entries = tuple(draft_values(saved)) if saved else ()
    return Draft(case, typed, entries, read_inputs(typed, now=now, expect_sampled_at=True), saved)


def writers_of(cases: Iterable[Case]) -> dict[UUID, User]:
    """Who entered something of the drafts of `cases`, by id, in one query; none where there is no draft."""
    drafts = [draft for case in cases if (draft := case.draft)]
    ids = {draft.saved_by_id for draft in drafts}
    ids |= {UUID(stamp["by"]) for draft in drafts for stamp in draft.stamps.values()}
    return User.objects.in_bulk(ids) if ids else {}


def save_indicators(
    *,
    case: Case | UUID,
    actor: User,
    values: Mapping[str, Any],
    now: datetime,
    if_version: int | None = None,
) -> Reading:
    """Add `values`, by input name, to the case's draft; return what the whole draft now says.

    Raises what `perform` raises.
    """
    saved = perform(case, Verb.SAVE_INDICATORS, actor=actor, now=now, if_version=if_version, values=values)
    return read_inputs(draft_of(saved), now=now, expect_sampled_at=True)


def draft_of(case: Case) -> dict[str, Any]:
    """What has been typed so far, by input name, with the age from the birth date; empty values left out."""
    return {name: value for name, value in merged(case, {}).items() if value not in (None, "", [])}
