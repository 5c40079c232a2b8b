"""From candidates to a match: what goes without saying, what a person is asked, what their answer means."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.encryption import blind_index
from accounts.local_time import day_in_full
from accounts.models import Hospital
from referral.identity.candidates import Candidate
from referral.identity.written import Identity
from referral.models import Case
from referral.pathway.refusals import IdentityQuestion, InputError, PathwayError, Text

FIELDS: dict[str, Text] = {
    "name": _("full name"),
    "sex": _("sex"),
    "birth_date": _("birth date"),
    "national_id": _("national ID"),
    "local_number": _("hospital number"),
    "phone": _("phone of patient or family"),
}
CODES = {"national_id": "id_of_another", "local_number": "number_of_another"}


@dataclass(frozen=True, slots=True)
class Match:
    """What came of the candidates. `person` None: somebody new. `met`: those that a number had led to."""

    person: UUID | None
    answer: str
    met: tuple[Candidate, ...]


class OpenCaseExists(PathwayError):
    """The same person has an acute case in this network: the hospital to call, and nothing else about it.

    To the hospital itself its number. `confirmable`: name, sex, birth date or another number differ, so that
    it may be somebody else.
    """

    def __init__(self, case: Case, *, own: bool, confirmable: bool = False) -> None:
        hospital = case.hospital
        names = {"hospital": hospital.name, "phone": hospital.phone or "—", "number": case.number}
        super().__init__(
            "open_case_exists",
            OPEN_CASE[own, confirmable] % names,
            hospital={"name": hospital.name, "phone": hospital.phone},
            case=str(case.pk) if own else None,
            confirmable=confirmable,
        )
        self.rival, self.own = case.pk, own


class PersonAsked(IdentityQuestion):
    """A person has to say whether the patient is the one whom a number found; `met`: those found."""

    def __init__(self, met: Sequence[Candidate], *rows: tuple[str, str, Text]) -> None:
        super().__init__(*rows)
        self.met = tuple(met)


class NamesakeExists(IdentityQuestion):
    """Name and birth date fit an open case: a person has to look."""

    def __init__(self, case: Case, *, own: bool) -> None:
        names = {
            "hospital": case.hospital.name,
            "phone": case.hospital.phone or "—",
            "number": case.number,
        }
        message = OWN_NAMESAKE if own else NAMESAKE
        super().__init__(("patient.confirmed_different", "confirm_identity", message % names))
        self.rival, self.own = case.pk, own


SAME_OPEN = _("This patient already has an open case at %(hospital)s. Call %(phone)s.")
DIFFERENT_OPEN = _(
    "The patient of this number has an open case at %(hospital)s, with another name, sex, birth date or "
    "number. Check what you entered and call %(phone)s; if it is another person, confirm that."
)
OWN_SAME_OPEN = _("Your hospital's open case %(number)s is of this patient. Open it and go on there.")
OWN_DIFFERENT_OPEN = _(
    "Your hospital's open case %(number)s is of the patient of this number, with another name, sex, birth "
    "date or number. Open it and compare; if it is another person, confirm that."
)
OPEN_CASE: dict[tuple[bool, bool], Text] = {
    (False, False): SAME_OPEN,
    (False, True): DIFFERENT_OPEN,
    (True, False): OWN_SAME_OPEN,
    (True, True): OWN_DIFFERENT_OPEN,
}
"""What is said of an open case: whether it is the hospital's own, and whether it may be somebody else's."""
NAMESAKE = _(
    "A patient of the same name and birth date has an open case at %(hospital)s (phone %(phone)s). "
    "Call to make sure; if it is another person, confirm that."
)
OWN_NAMESAKE = _(
    "Your hospital's open case %(number)s is of a patient of the same name and birth date. Open it and "
    "compare; if it is another person, confirm that."
)
OWN_DIFFERS = _(
    "In your case %(number)s this number belongs to a patient of another %(fields)s. Check all of it; then "
    "say whether it is the same person or another."
)
OTHER_DIFFERS = _(
    "This number belongs to a patient with another name, sex, birth date or number. Check all of it with the "
    "card; then say whether it is the same person or another."
)
KNOWN_ELSEWHERE = _(
    "Another hospital of the network has treated a patient with this ID, name and birth date. Compare with "
    "the card; then say whether it is the same person or another."
)
DEAD = _(
    "The patient of this number is recorded as dead since %(date)s. Check number and person; then say "
    "whether it is the same person or another. The coordinator is told."
)
TWO_PERSONS = _(
    "The ID and the hospital number belong to two different patients. Check both, and leave the wrong one "
    "empty."
)


def match(identity: Identity, candidates: Sequence[Candidate], hospital: Hospital) -> Match:
    """Whom the identity that `hospital` writes belongs to, after whatever a person has answered.

    Raises OpenCaseExists where that person has an open case, and IdentityQuestion for what nobody has
    answered yet; an answer to another question is none.
    """
    question = question_about(identity, candidates, hospital)
    if identity.answers_to != question:
        identity = replace(identity, confirmed_same=False, confirmed_different=False)
    try:
        return _matched(identity, candidates, hospital)
    except IdentityQuestion as refusal:
        refusal.question = question
        raise
    except OpenCaseExists as refusal:
        if refusal.extra["confirmable"]:
            refusal.extra["question"] = question
        raise


def question_about(identity: Identity, candidates: Sequence[Candidate], hospital: Hospital) -> str:
    """What names the question whether the typed patient is one of `candidates`, and tells nothing of them."""
    typed = (identity.name, identity.sex, str(identity.birth_date), identity.national_id)
    persons = (str(row.person) for row in candidates)
    return blind_index("identity question", str(hospital.pk), *typed, identity.local_number, *persons)


def _matched(identity: Identity, candidates: Sequence[Candidate], hospital: Hospital) -> Match:
    numbered = tuple(row for row in candidates if row.numbers)
    for row in candidates:
        _refuse_open_case(identity, row, hospital)
    doubtful = [row for row in numbered if _is_doubtful(row)]
    if doubtful and not (identity.confirmed_same or identity.confirmed_different):
        raise PersonAsked(doubtful, *(row for one in doubtful for row in _questions(one)))
    meant = [row for row in numbered if row not in doubtful or identity.confirmed_same]
    if len(meant) > 1:
        raise InputError(("patient.local_number", "number_of_another", TWO_PERSONS))
    return Match(meant[0].person if meant else None, _answer(identity, doubtful), numbered)


def _refuse_open_case(identity: Identity, row: Candidate, hospital: Hospital) -> None:
    """Raise where the candidate has an open case, unless it was confirmed to be somebody else's.

    That cannot be confirmed of somebody with the same number, name, sex and birth date.
    """
    may_differ = bool(row.differs) or not row.numbers
    if row.acute is None or (may_differ and identity.confirmed_different):
        return
    own = row.acute.hospital_id == hospital.pk
    if row.numbers or identity.confirmed_same:
        raise OpenCaseExists(row.acute, own=own, confirmable=may_differ)
    raise NamesakeExists(row.acute, own=own)


def _is_doubtful(row: Candidate) -> bool:
    return bool(row.differs or row.dead or not row.is_own)


def _questions(row: Candidate) -> Iterator[tuple[str, str, Text]]:
    for number in row.numbers[:1]:
        if row.dead is not None:
            yield f"patient.{number}", "recorded_dead", DEAD % {"date": day_of_death(row.dead)}
        if row.differs:
            yield f"patient.{number}", CODES[number], _difference(row)
        elif row.dead is None:
            yield f"patient.{number}", "known_elsewhere", KNOWN_ELSEWHERE


def _difference(row: Candidate) -> Text:
    if not row.is_own:
        return OTHER_DIFFERS
    fields = _(", ").join(str(FIELDS[field]) for field in row.differs)
    return OWN_DIFFERS % {"number": row.case.number, "fields": fields}


def day_of_death(case: Case) -> str:
    """The date of death by the calendar of the case's hospital."""
    if case.died_at is None:
        return "—"
    return day_in_full(case.died_at, case.hospital.zone)


def _answer(identity: Identity, doubtful: Sequence[Candidate]) -> str:
    if not doubtful:
        return ""
    return "same" if identity.confirmed_same else "different"
