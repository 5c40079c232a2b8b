"""The draft of the eight indicators, saved value by value while the laboratory works."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from referral.alerts import compose
from referral.models import Case, Indicators
from referral.pathway import timeline
from referral.pathway.case_roles import open_offer, parties_of
from referral.pathway.effects.assessment import merged
from referral.pathway.perform import check_version, lock, not_allowed
from referral.pathway.refusals import AccessError, InputError
from referral.pathway.sources import counted, sources_in
from referral.pathway.vocabulary import BEFORE_ADMISSION, Party, Verb
from referral.queries.case_values import Value, draft_values, stamped
from scoring import Reading, read_inputs, red_flags
from scoring.texts import issue_text


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
    saved: Indicators | None = getattr(case, "indicators", None)
    typed = draft_of(case)
    entries = tuple(draft_values(saved)) if saved else ()
    return Draft(case, typed, entries, read_inputs(typed, now=now, expect_sampled_at=True), saved)


def writers_of(cases: Iterable[Case]) -> dict[UUID, User]:
    """Who entered something of the drafts of `cases`, by id, in one query; none where there is no draft."""
    drafts = [draft for case in cases if (draft := getattr(case, "indicators", None))]
    ids = {draft.saved_by_id for draft in drafts}
    ids |= {UUID(stamp["by"]) for draft in drafts for stamp in draft.stamps.values()}
    return User.objects.in_bulk(ids) if ids else {}


@transaction.atomic
def save_indicators(
    *,
    case: Case | UUID,
    actor: User,
    values: Mapping[str, Any],
    now: datetime,
    if_version: int | None = None,
) -> Reading:
    """Add `values`, by input name, to the case's draft; return what the whole draft now says.

    Raises InputError when one of the new values is impossible; nothing is stored then. Values beyond a soft
    limit are stored and asked about when the case is assessed. Raises StaleVersion and AccessError too.
    """
    locked = lock(case)
    check_version(locked, if_version)
    if Party.ORIGIN not in parties_of(actor, locked, open_offer(locked)):
        raise AccessError
    if locked.state not in BEFORE_ADMISSION:
        raise not_allowed(locked, Verb.ASSESS, actor)
    together = merged(locked, values)
    reading = read_inputs(together, now=now, expect_sampled_at=True)
    if reading.issues:
        raise InputError(*((issue.field, issue.code, issue_text(issue)) for issue in reading.issues))
    # As read: what a fast clock puts ahead is kept at the server's time.
    read = {name: time.isoformat() for name, time in reading.sampled_at.items()}
    together["sampled_at"] = {**(together["sampled_at"] or {}), **read} or None
    sources = sources_in(values, user=actor, case=locked)
    _keep(locked, together, actor, now, sources)
    details: dict[str, Any] = {"missing": list(reading.missing)}
    details |= {"sources": counted(sources)} if sources else {}
    timeline.append(locked, timeline.INDICATORS_SAVED, actor=actor, details=details, now=now)
    locked.updated_at = now
    locked.save()
    compose.publish_change(locked, what=timeline.INDICATORS_SAVED)
    return reading


def _keep(
    case: Case, together: dict[str, Any], actor: User, now: datetime, sources: Mapping[str, Mapping[str, Any]]
) -> None:
    """Write the draft, with a stamp on each value that is new."""
    draft = Indicators.objects.filter(case=case).first() or Indicators(case=case)
    draft.stamps = stamped(draft.values, together, draft.stamps, by=actor.pk, at=now, sources=sources)
    draft.values, draft.confirmed = together, together["confirmed"]
    draft.saved_at, draft.saved_by = now, actor
    draft.save()


def draft_of(case: Case) -> dict[str, Any]:
    """What has been typed so far, by input name, with the age from the birth date; empty values left out."""
    return {name: value for name, value in merged(case, {}).items() if value not in (None, "", [])}
