"""What a hospital writes of a patient: read, completed from the ID, and asked about where it contradicts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.encryption import blind_index
from accounts.text import NO_LINE, cleaned, has_unprintable
from referral.identity.birth import BirthDate
from referral.identity.national_id import canonical, has_wrong_length, resident_number
from referral.identity.placeholders import is_no_name, is_no_national_id, is_no_number
from referral.identity.text import folded_name, folded_number, has_letter
from referral.models import Patient
from referral.pathway.refusals import ConfirmationNeeded, InputError, Text
from scoring import INPUTS

Row = tuple[str, str, Text]
"""Field, code, message."""

TEXTS = ("name", "national_id", "local_number", "phone")
BY_YEAR = 1
"""A typed year and the year of an ID this near to each other are no contradiction."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a patient is, as one hospital wrote it.

    `sex` and `birth_date` may be left to a valid resident's number. `confirmed` names the fields whose doubt
    was checked and is right. `confirmed_same` and `confirmed_different` answer whether the patient is the one
    whom a number, or name and birth date, found; `answers_to` is the question that was asked, because an
    answer is about those who were found then, and about nobody else.
    """

    name: str
    sex: str = ""
    birth_date: BirthDate | None = None
    national_id: str = ""
    local_number: str = ""
    phone: str = ""
    confirmed: frozenset[str] = frozenset()
    confirmed_same: bool = False
    confirmed_different: bool = False
    answers_to: str = ""


def read(typed: Identity, *, visited: date) -> Identity:
    """`typed` as it is kept: without what nobody sees, without placeholders, completed from the ID.

    `visited`: the day of the first visit by the hospital's calendar. Raises InputError for what cannot be,
    and ConfirmationNeeded for what contradicts itself and was not confirmed.
    """
    unreadable = list(_unreadable(typed))
    texts: dict[str, Any] = {name: cleaned(getattr(typed, name)) for name in TEXTS}
    plain = without_placeholders(replace(typed, **texts))
    if unreadable:
        raise InputError(*unreadable, *_named([*_missing(completed(plain))]))
    doubts = [row for row in doubts_of_id(plain) if row[0] not in plain.confirmed]
    identity = completed(plain)
    refused = [*_missing(identity), *_impossible(identity, visited)]
    if refused:
        raise InputError(*_named([*refused, *doubts]))
    if doubts:
        raise ConfirmationNeeded(*_named(doubts))
    return identity


def without_placeholders(identity: Identity) -> Identity:
    """`identity` without entries that only say that there is no number."""
    return replace(
        identity,
        national_id="" if is_no_national_id(identity.national_id) else identity.national_id,
        local_number="" if is_no_number(identity.local_number) else identity.local_number,
    )


def hints(typed: Identity) -> list[Row]:
    """What was typed and counts as empty."""
    tests = {"national_id": is_no_national_id, "local_number": is_no_number}
    return [
        (f"patient.{name}", "placeholder", LEFT_EMPTY % {"field": NUMBERS[name]})
        for name, is_placeholder in tests.items()
        if getattr(typed, name).strip() and is_placeholder(getattr(typed, name))
    ]


NUMBERS: dict[str, Text] = {"national_id": _("national ID"), "local_number": _("hospital number")}
LEFT_EMPTY = _(
    "What was entered as %(field)s is no number and was left empty. You can add the right one later."
)


def completed(identity: Identity) -> Identity:
    """`identity` with sex and birth date of a valid resident's number where nothing else was typed."""
    resident = resident_number(identity.national_id)
    if resident is None or resident.problem or resident.born is None:
        return identity
    typed = identity.birth_date
    is_nearer = typed is None or (typed.is_estimated and _is_near(typed, resident.born))
    return replace(
        identity,
        sex=identity.sex or resident.sex,
        birth_date=BirthDate.on(resident.born) if is_nearer else typed,
    )


def doubts_of_id(identity: Identity) -> Iterator[Row]:
    """What is doubtful about the ID by itself, and beside sex and birth date; fields without their prefix."""
    if has_wrong_length(identity.national_id):
        yield "national_id", "needs_confirmation", WRONG_LENGTH
    resident = resident_number(identity.national_id)
    if resident is None:
        return
    if resident.problem:
        yield "national_id", "needs_confirmation", PROBLEMS[resident.problem]
    if resident.born and _contradicts(identity.birth_date, resident.born):
        message = DIFFERENT_BIRTH % {"in_id": resident.born.isoformat()}
        yield "birth_date", "needs_confirmation", message
    if identity.sex and identity.sex != resident.sex:
        yield "sex", "needs_confirmation", DIFFERENT_SEX


WRONG_LENGTH = _(
    "A resident's ID has 18 characters, or 15 on old cards; this one has another length. Check it with the "
    "card, or confirm that it is right."
)
PROBLEMS: dict[str, Text] = {
    "check_digit": _(
        "The last character does not fit the others, so at least one is mistyped. Check it with the card, "
        "or confirm that it is right."
    ),
    "birth_date": _(
        "The birth date inside this ID does not exist. Check it with the card, or confirm that it is right."
    ),
}
DIFFERENT_BIRTH = _(
    "The ID says %(in_id)s. Check both with the card, or confirm that what you entered is right."
)
DIFFERENT_SEX = _("The ID is one of the other sex. Check both with the card, or confirm that this is right.")


def _is_near(typed: BirthDate, born: date) -> bool:
    return abs(typed.year - born.year) <= BY_YEAR


def _contradicts(typed: BirthDate | None, born: date) -> bool:
    if typed is None:
        return False
    return not _is_near(typed, born) if typed.is_estimated else typed.day != born


def _unreadable(typed: Identity) -> Iterator[Row]:
    for name in TEXTS:
        if has_unprintable(getattr(typed, name)):
            yield f"patient.{name}", "unprintable", NO_LINE
    if not has_letter(typed.name) or is_no_name(typed.name):
        yield "patient.name", "required", NAME_NEEDED
    if typed.confirmed_same and typed.confirmed_different:
        message = _("Choose one of the two: the same person, or another.")
        yield "patient.confirmed_different", "contradictory", message


NAME_NEEDED = _(
    "Enter the name with its letters. For somebody unknown, enter 无名氏 and what tells them apart."
)


def _missing(identity: Identity) -> Iterator[Row]:
    if not identity.sex:
        yield "sex", "required", _("Choose the sex.")
    if identity.birth_date is None:
        message = _("Enter the date of birth. If nobody knows it, the year or the age is enough.")
        yield "birth_date", "required", message


def _impossible(identity: Identity, visited: date) -> Iterator[Row]:
    born, oldest = identity.birth_date, INPUTS["age_years"].hard[1] or 0
    if born is not None and (born.earliest > visited or visited.year - born.year > oldest):
        message = _("This birth date does not fit the first visit. Check the year.")
        yield "birth_date", "out_of_range", message


def _named(rows: list[Row]) -> list[Row]:
    return [(f"patient.{field}", code, message) for field, code, message in rows]


def identity_of(patient: Patient) -> Identity:
    """What is stored of a patient."""
    numbers = {name: patient.detail(name) for name in TEXTS}
    return Identity(**numbers, sex=patient.sex, birth_date=patient.birth_date)


def indexes(identity: Identity, hospital: object) -> dict[str, str | None]:
    """The keyed hashes by which the identity is found. `hospital`: the key of the one that wrote it."""
    national, local = canonical(identity.national_id), folded_number(identity.local_number)
    return {
        "national_id_index": blind_index("national_id", national) if national else None,
        "local_number_index": blind_index("local_number", str(hospital), local) if local else None,
        "name_index": blind_index("name", folded_name(identity.name)),
    }


def as_stored(identity: Identity) -> dict[str, str]:
    """What is encrypted of an identity; the sex stands beside it."""
    values = {name: str(getattr(identity, name)) for name in (*TEXTS, "birth_date")}
    return {name: value for name, value in values.items() if value}
