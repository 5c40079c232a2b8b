"""Patients who stand at a ward's door unannounced: finding their open case, making sure that it is theirs.

A look-up shows enough to compare. Before anything is taken, the person at the door says one thing that the
look-up does not show: the full name, or the birth date.
"""

import math
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import regex
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.encryption import blind_index
from accounts.limits import seconds_over
from accounts.models import AuditEntry, User
from referral.identity.national_id import canonical
from referral.identity.placeholders import is_no_national_id
from referral.identity.text import folded_name, folded_number
from referral.models import Case, Offer, Patient
from referral.pathway.refusals import InputError, TooOften
from referral.pathway.vocabulary import BEFORE_ADMISSION


def find_unannounced(*, user: User, now: datetime, number: str = "", national_id: str = "") -> Case | None:
    """The case before admission, in a network of the user's wards, with this number or national ID.

    Faces show of it what `glimpse` says, and state and hospital. Every look-up is audited. Raises TooOften.
    """
    if seconds := seconds_over("unannounced", user, now):
        raise TooOften(seconds)
    admissible = (
        Case.objects.admissible_by(user)
        .filter(state__in=BEFORE_ADMISSION)
        .select_related("hospital", "patient")
    )
    if number.strip():
        case = admissible.filter(number=folded_number(number)).first()
    elif not is_no_national_id(national_id):
        index = blind_index("national_id", canonical(national_id))
        case = admissible.filter(patient__national_id_index=index).first()
    else:
        case = None
    audit.record(
        actor=user,
        action=LOOK_UP,
        subject_type="case",
        subject_id=case.pk if case else "",
        now=now,
        network=case.network_id if case else None,
    )
    return case


def looked_up(user: User, case_id: UUID, now: datetime) -> bool:
    """Whether `user` has found this case at the door a short while ago."""
    entries = AuditEntry.objects.filter(
        actor=user, action=LOOK_UP, subject_type="case", subject_id=str(case_id), at__gt=now - LOOK_UP_HOLDS
    )
    return entries.exists()


def arriving(user: User, case_id: UUID, *, now: datetime) -> Case:
    """The case before admission that `user` looked up a short while ago. Raises Case.DoesNotExist."""
    if not looked_up(user, case_id, now):
        raise Case.DoesNotExist
    admissible = Case.objects.admissible_by(user).filter(state__in=BEFORE_ADMISSION)
    return admissible.select_related("hospital", "patient").get(pk=case_id)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a ward that does not expect the patient is shown, to compare with the person at the door."""

    surname: str
    sex: str
    birth_year: int
    birth_year_estimated: bool


def glimpse(patient: Patient) -> Glimpse:
    born = patient.birth_date
    return Glimpse(surname(patient.name), patient.sex, born.year, born.is_estimated)


def surname(name: str) -> str:
    """The surname of a Chinese name, else the first letter of a name; the rest as `＊`."""
    plain = name.strip()
    if not IDEOGRAPHS.fullmatch(plain):
        return f"{plain[:1]}＊＊"
    long = 2 if len(plain) > 2 and plain[:2] in COMPOUND_SURNAMES else 1
    return plain[:long] + "＊" * max(1, len(plain) - long)


def expects(user: User, case: Case, asked: Offer | None) -> bool:
    """Whether a ward of the user was asked for the patient or has promised a bed."""
    wards = user.access.wards
    return case.ward_id in wards or (asked is not None and asked.ward_id in wards)


class NotThisPatient(InputError):
    """What the person at the door said is not what the first hospital wrote of the patient of `case`."""

    def __init__(self, case: Case) -> None:
        phone = case.hospital.phone or "—"
        super().__init__(("said", "not_this_patient", NOT_THIS_PATIENT % {"phone": phone}))
        self.case = case


@contextmanager
def auditing_wrong_answers(actor: User | None, now: datetime) -> Iterator[None]:
    """Audit a wrong answer at the door after what was begun inside is undone."""
    try:
        yield
    except NotThisPatient as refusal:
        audit.record(
            actor=actor,
            action=WRONG_ANSWER,
            subject_type="case",
            subject_id=refusal.case.pk,
            now=now,
            network=refusal.case.network_id,
        )
        raise


def confirm_unannounced(case: Case, said: str, *, user: User, now: datetime) -> None:
    """Compare what the person at the door said with the record. Raises InputError, or TooOften.

    Wrap the transaction in `auditing_wrong_answers`.
    """
    if not looked_up(user, case.pk, now):
        raise InputError(("said", "look_up_first", LOOK_UP_FIRST))
    if seconds := seconds_over("unannounced", user, now) or _seconds_after_guesses(user, now):
        raise TooOften(seconds)
    if not said.strip():
        raise InputError(("said", "required", ASK_THE_PERSON))
    if not _is_of(said, case.patient):
        raise NotThisPatient(case)


def _seconds_after_guesses(user: User, now: datetime) -> int:
    """0, or how long somebody who has given too many wrong answers has to wait."""
    recent = AuditEntry.objects.filter(actor=user, action=WRONG_ANSWER, at__gt=now - GUESSES_COUNT_FOR)
    guesses = list(recent.order_by("-at").values_list("at", flat=True)[:MOST_GUESSES])
    if len(guesses) < MOST_GUESSES:
        return 0
    return max(1, math.ceil((guesses[-1] + GUESSES_COUNT_FOR - now).total_seconds()))


def _is_of(said: str, patient: Patient) -> bool:
    name, digits = folded_name(said), regex.sub(r"\D", "", unicodedata.normalize("NFKC", said))
    born = patient.birth_date.day
    by_date = born is not None and digits in (f"{born:%Y%m%d}", f"{born.year}{born.month}{born.day}")
    return bool(name) and (name == folded_name(patient.name) or by_date)


LOOK_UP, WRONG_ANSWER = "look_up_unannounced", "wrong_answer_at_door"
LOOK_UP_HOLDS = timedelta(hours=1)
MOST_GUESSES, GUESSES_COUNT_FOR = 5, timedelta(hours=1)
IDEOGRAPHS = regex.compile(r"[\p{Han}\p{Co}]+")
COMPOUND_SURNAMES = frozenset(
    regex.findall(
        "..",
        "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙"
        "宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌"
        "微生梁丘左丘东门西门第五",
    )
)
LOOK_UP_FIRST = _(
    "Your ward does not expect this patient. Look the patient up on the board first, by case number or ID, "
    "and compare; then admit."
)
ASK_THE_PERSON = _(
    "Your ward does not expect this patient. Ask the person, or who comes along, for the full name or the "
    "birth date, and enter what they say."
)
NOT_THIS_PATIENT = _(
    "This is not what the first hospital wrote of the patient. Check the case number, ask again, or call the "
    "first hospital: %(phone)s."
)
