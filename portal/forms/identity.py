"""The part of a form that says who the patient is, and the questions that come back about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from portal.forms.fields import DayInput, Refusal, take_refusals
from referral.identity.birth import BirthDate, read_estimate
from referral.identity.written import Identity, read
from referral.models.patients import Sex
from referral.pathway.refusals import InputError

TEXTS = ("name", "national_id", "local_number", "phone")
IDENTITY = (*TEXTS, "birth_date", "birth_estimate")
"""Fields that the device must not keep."""
SAME, DIFFERENT = "confirmed_same", "confirmed_different"
QUESTION = "needs_confirmation"
ANOTHER_YEAR = _("This does not fit the date of birth above. Correct one of the two, or leave this empty.")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question about one field, and whether it was answered."""

    field: str
    questions: Sequence[str]
    confirmed: bool


class IdentityForm(forms.Form):
    """Name, sex, birth date or estimate, numbers, phone; and what a person has confirmed of them.

    An answer counts only while the identity is the one that was asked about (`answers_to`).
    """

    name = forms.CharField(label=_("Name"), max_length=80)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, widget=forms.RadioSelect, required=False)
    birth_date = forms.DateField(
        label=_("Date of birth"),
        widget=DayInput,
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"],
        required=False,
    )
    birth_estimate = forms.CharField(
        label=_("Or only the year or the age"),
        help_text=_("Such as 1962, or 64. It is kept as estimated."),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    national_id = forms.CharField(
        label=_("National ID"),
        help_text=_("A valid one fills sex and date of birth. Leave it empty if there is none."),
        max_length=40,
        required=False,
    )
    local_number = forms.CharField(label=_("Hospital's own number"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Phone of patient or family"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    confirmed_same = forms.BooleanField(label=_("It is the same person"), required=False)
    confirmed_different = forms.BooleanField(
        label=_("I have made sure: it is another person"), required=False
    )
    answers_to = forms.CharField(required=False)

    def __init__(self, data: QueryDict | None, *, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        self.doubts: dict[str, list[str]] = {}
        self.match_questions: list[str] = []
        self.question = data.get("question", "") if data is not None else ""
        self.may_be_same = False
        self.own_namesake: UUID | None = None
        self.birth: BirthDate | None = None
        self.answers = self._answers(data) if data is not None else frozenset()
        for name in (*IDENTITY, SAME, DIFFERENT):
            self.fields[name].widget.attrs.update({"autocomplete": "off", "data-identity": ""})

    def _answers(self, data: QueryDict) -> frozenset[str]:
        """What was ticked: names of doubtful fields that are right, and the same person or another."""
        if data.get("answers_to", "") not in ("", self.typed_mark):
            return frozenset()
        return frozenset([*data.getlist("checked"), *(name for name in (SAME, DIFFERENT) if data.get(name))])

    @property
    def typed_mark(self) -> str:
        """Names what was typed of the identity, without saying it."""
        typed = (self.data.get(name, "").strip() for name in (*IDENTITY, "sex", "hospital"))
        return salted_hmac("the identity that was asked about", "\x1f".join(typed)).hexdigest()

    def check_identity(self, visited: date) -> None:
        """Say what is wrong or doubtful in itself; nobody is looked for. `visited`: the first visit's day."""
        clean = self.cleaned_data
        try:
            estimate = clean.get("birth_estimate")
            self.birth = read_estimate(estimate, visited) if estimate else None
        except ValueError:
            self.add_error("birth_estimate", _("Enter a year such as 1962, or an age such as 64."))
            return
        if day := clean.get("birth_date"):
            if self.birth is not None and not self.birth.fits(BirthDate.on(day)):
                self.add_error("birth_estimate", ANOTHER_YEAR)
            self.birth = BirthDate.on(day)
        try:
            read(self.identity(), visited=visited)
        except InputError as refusal:
            self.refuse([row for row in refusal.rows if row[0].removeprefix("patient.") not in self.errors])

    def is_valid(self) -> bool:
        return super().is_valid() and not self.doubts

    def refuse(self, rows: Sequence[Refusal]) -> None:
        """Show what the pathway refused about the visit: rows of (field, code, message)."""
        for field, code, message in rows:
            if code == QUESTION:
                self.doubts.setdefault(field.removeprefix("patient."), []).append(str(message))
        take_refusals(self, [row for row in rows if row[1] != QUESTION], prefix="patient.")

    def ask_whether_same(self, messages: Iterable[object], *, question: str, may_be_same: bool) -> None:
        """Ask whether the patient is the one whom a number, or name and birth date, found."""
        self.question = question
        self.match_questions = [str(message) for message in messages]
        self.may_be_same = may_be_same

    @property
    def asks_whether_same(self) -> bool:
        return bool(self.match_questions or self.errors.get(DIFFERENT) or self.answers & {SAME, DIFFERENT})

    @property
    def offers_same(self) -> bool:
        return self.may_be_same or SAME in self.answers

    def doubts_by_field(self) -> dict[str, Doubt]:
        """Questions about fields, answered ones too."""
        names = (*self.doubts, *(self.answers - {SAME, DIFFERENT, *self.doubts}))
        return {name: Doubt(name, self.doubts.get(name, ()), name in self.answers) for name in names}

    def open_questions(self) -> list[tuple[str, str]]:
        """Questions nobody has answered: the id of the box that answers, and the words."""
        box = self[SAME if self.may_be_same else DIFFERENT].id_for_label
        doubts = [(f"confirm-{name}", text) for name, texts in self.doubts.items() for text in texts]
        return [*doubts, *((box, text) for text in self.match_questions)]

    def identity(self) -> Identity:
        """What was typed of the patient, with the answers that belong to it."""
        clean = self.cleaned_data
        return Identity(
            **{name: clean.get(name, "") for name in TEXTS},
            sex=clean.get("sex", ""),
            birth_date=self.birth,
            confirmed=self.answers - {SAME, DIFFERENT},
            confirmed_same=SAME in self.answers,
            confirmed_different=DIFFERENT in self.answers,
            answers_to=self.question,
        )
