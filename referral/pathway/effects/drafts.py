"""The verb that keeps values while the laboratory works: save the indicators."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.local_time import in_brief
from referral.models import Case, Indicators
from referral.pathway.change import Change
from referral.pathway.effects.assessment import merged
from referral.pathway.perform import effect
from referral.pathway.refusals import ConfirmationNeeded, InputError
from referral.pathway.sources import counted, sources_in
from referral.pathway.vocabulary import Verb
from referral.queries.case_values import stamped
from scoring import INPUTS, Reading, confirmed_names, read_inputs
from scoring.texts import issue_text, label

OLDER = _(
    "A newer result is saved already: %(label)s, drawn %(time)s. What is sent was drawn before. Confirm that "
    "it is to take its place."
)


@effect(Verb.SAVE_INDICATORS)
def save_indicators(change: Change, *, values: Mapping[str, Any]) -> None:
    """Add `values`, by input name, to the case's draft.

    Raises InputError when one of the new values is impossible; nothing is stored then. Values beyond a soft
    limit are stored and asked about when the case is assessed. What stands there already is left as it is:
    a phone that heard no answer sends its values again. One that was offline may come after another with
    newer results; nobody replaces those unawares.
    """
    case = change.case
    together = merged(case, values)
    reading = read_inputs(together, now=change.now, expect_sampled_at=True)
    if reading.issues:
        raise InputError(*((issue.field, issue.code, issue_text(issue)) for issue in reading.issues))
    _ask_about_older(case, values, reading, change.now)
    # As read: what a fast clock puts ahead is kept at the server's time.
    read = {name: time.isoformat() for name, time in reading.sampled_at.items()}
    together["sampled_at"] = {**(together["sampled_at"] or {}), **read} or None
    sources = sources_in(values, user=change.person, case=case)
    _keep(change, together, sources)
    change.details["missing"] = list(reading.missing)
    if sources:
        change.details["sources"] = counted(sources)


def _ask_about_older(case: Case, values: Mapping[str, Any], reading: Reading, now: datetime) -> None:
    """Raise ConfirmationNeeded where another value drawn earlier would replace one that is saved."""
    if case.draft is None or "sampled_at" in confirmed_names(values.get("confirmed")):
        return
    saved, zone = read_inputs(case.draft.values, now=now, expect_sampled_at=True), case.hospital.zone
    older = [
        (label(name), time)
        for name, time in saved.sampled_at.items()
        if name in values
        and reading.sampled_at.get(name, time) < time
        and saved.values.get(INPUTS[name].key) != reading.values.get(INPUTS[name].key)
    ]
    if older:
        raise ConfirmationNeeded(
            *(
                (
                    "sampled_at",
                    "needs_confirmation",
                    OLDER % {"label": name, "time": in_brief(time, zone)},
                )
                for name, time in older
            )
        )


def _keep(change: Change, together: dict[str, Any], sources: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the draft, with a stamp on each value that is new; none of it where nothing is."""
    case = change.case
    draft = case.draft or Indicators(case=case)
    stamps = stamped(
        draft.values, together, draft.stamps, by=change.person.pk, at=change.now, sources=sources
    )
    if case.draft and (together, stamps) == (draft.values, draft.stamps):
        change.is_repeated = True
        return
    draft.stamps = stamps
    draft.values, draft.confirmed = together, together["confirmed"]
    draft.saved_at, draft.saved_by = change.now, change.person
    draft.save()
