"""Corrections: what is stored of a patient becomes something else, and both versions stay."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from referral.identity.candidates import Candidate, find_candidates
from referral.identity.written import Identity, as_stored, hints, identity_of, indexes, read
from referral.models import Case
from referral.pathway.refusals import InputError

OF_THE_ID = frozenset({"national_id", "sex", "birth_date"})
"""Only a change of one of these makes the ID worth a question again."""


def corrected(
    case: Case, typed: Mapping[str, Any], *, removed: Iterable[str], confirmed: Iterable[str], visited: date
) -> Identity:
    """The identity of the case's patient with what was typed in place of what is stored.

    `removed`: numbers that are wrong while nobody knows the right ones. Raises what `read` raises, and
    InputError for a placeholder, for a field that is both given and removed, and where nothing differs.
    """
    before = identity_of(case.patient)
    changes = {name: value for name, value in typed.items() if value != getattr(before, name)}
    _refuse_contradictions(replace(Identity(name=""), **changes), changes, removed)
    changes_and_gaps: dict[str, Any] = {**changes, **dict.fromkeys(removed, "")}
    after = replace(before, **changes_and_gaps)
    settled = frozenset(confirmed) if OF_THE_ID & changes.keys() else OF_THE_ID
    after = _in_its_own_words(replace(after, confirmed=settled), visited)
    if not different_fields(before, after):
        raise InputError(("name", "unchanged", _("This is what is on record already. Change what is wrong.")))
    return after


def _refuse_contradictions(typed: Identity, changes: Mapping[str, Any], removed: Iterable[str]) -> None:
    rows = [
        (
            field.removeprefix("patient."),
            code,
            _("This is no number. Enter the right one, or mark it as wrong."),
        )
        for field, code, _message in hints(typed)
    ]
    rows += [
        (name, "contradictory", _("You marked this as wrong and entered another. Choose one of the two."))
        for name in removed
        if name in changes
    ]
    if rows:
        raise InputError(*rows)


def _in_its_own_words(identity: Identity, visited: date) -> Identity:
    """`read`, with the refused fields named as the verb names them."""
    try:
        return read(identity, visited=visited)
    except InputError as error:
        rows = [(field.removeprefix("patient."), code, message) for field, code, message in error.rows]
        raise type(error)(*rows) from error


def different_fields(before: Identity, after: Identity) -> tuple[dict[str, str], dict[str, str]] | None:
    """The two versions of what differs, as text by field; None where nothing does."""
    old, new = _as_text(before), _as_text(after)
    names = [name for name in old | new if old.get(name) != new.get(name)]
    if not names:
        return None
    return {name: old.get(name, "") for name in names}, {name: new.get(name, "") for name in names}


def store(case: Case, identity: Identity) -> None:
    """Write the corrected identity over the stored one; the caller keeps both versions."""
    patient = case.patient
    patient.sex, patient.identity = identity.sex, as_stored(identity)
    for name, value in indexes(identity, case.hospital_id).items():
        setattr(patient, name, value)
    patient.save()


def others_of_the_number(case: Case, identity: Identity) -> list[Candidate]:
    """Other persons of the network who have one of the numbers."""
    candidates = find_candidates(identity, case.hospital)
    return [row for row in candidates if row.numbers and row.person != case.person_id]


def _as_text(identity: Identity) -> dict[str, str]:
    return {**as_stored(identity), "sex": identity.sex}
