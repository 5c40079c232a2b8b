"""Who the patient is and when they were first seen."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import Hospital
from portal.forms.fields import DayInput, MomentField, Refusal, ask_by_name, set_clock, take_refusals
from portal.moments import local
from referral.codes import ChronicLiverDisease, Presentation
from referral.errors import FactError
from referral.models.patients import Sex
from referral.registration import FirstVisit, Person
from referral.verbs.anytime import check_first_visit

IDENTITY = ("name", "birth_date", "national_id", "local_number", "phone")
"""Fields that the device must not keep."""


class VisitForm(forms.Form):
    """A first visit as typed. `case_id` is made with the empty form, so that sending it twice is harmless."""

    case_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=80)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, widget=forms.RadioSelect)
    birth_date = forms.DateField(
        label=_("Date of birth"), widget=DayInput, input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"]
    )
    national_id = forms.CharField(
        label=_("National ID"),
        help_text=_("With it, a patient who is known already is found."),
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
    first_visit_at = MomentField(
        label=_("First seen"),
        help_text=_("By the clock of your hospital. The 48 hours count from here."),
    )
    chronic_liver_disease = forms.ChoiceField(
        label=_("Chronic liver disease"),
        help_text=_("Without chronic liver disease the model does not apply; you can still refer."),
        choices=[("", _("Please choose")), *ChronicLiverDisease.choices],
    )
    presentation = forms.ChoiceField(
        label=_("How it worsened"),
        choices=[*Presentation.choices, ("", _("Not clear yet"))],
        widget=forms.RadioSelect,
        required=False,
    )
    confirmed_different = forms.BooleanField(
        label=_("I have made sure: it is another person"), required=False
    )

    def __init__(self, data: QueryDict | None, *, hospitals: QuerySet[Hospital], now: datetime) -> None:
        first = hospitals[0]
        start = {
            "case_id": new_id(),
            "hospital": first.pk,
            "first_visit_at": local(now, first.zone),
            "presentation": "",
        }
        super().__init__(data, initial=start)
        self.now = now
        self.fields["hospital"] = forms.ModelChoiceField(hospitals, label=_("Hospital"), empty_label=None)
        self.several_hospitals = len(hospitals) > 1
        self.at = self._hospital(hospitals, first)
        set_clock(self, zone=self.at.zone, now=now)
        ask_by_name(self)
        for name in IDENTITY:
            self.fields[name].widget.attrs.update({"autocomplete": "off", "data-identity": ""})

    def _hospital(self, hospitals: QuerySet[Hospital], first: Hospital) -> Hospital:
        """The hospital whose clock the form is typed by, known before anything is clean."""
        typed = self.data.get("hospital") if self.is_bound else None
        return next((hospital for hospital in hospitals if str(hospital.pk) == typed), first)

    @property
    def typed_case_id(self) -> UUID | None:
        """The id of the case this form is about, also when the rest cannot be used."""
        try:
            return UUID(str(self["case_id"].value()))
        except ValueError:
            return None

    def clean_first_visit_at(self) -> datetime:
        """Said at once, beside whatever else is wrong on the page."""
        moment: datetime = self.cleaned_data["first_visit_at"]
        try:
            return check_first_visit(moment, self.now)
        except FactError as refusal:
            raise ValidationError([str(message) for _field, _code, message in refusal.rows]) from refusal

    def refuse(self, rows: Sequence[Refusal]) -> None:
        """Show what the pathway refused about the visit: rows of (field, code, message)."""
        take_refusals(self, rows, prefix="patient.")

    @property
    def asks_for_namesake(self) -> bool:
        """Whether a person has to say that the patient of another case is somebody else."""
        return bool(self["confirmed_different"].value() or self["confirmed_different"].errors)

    def visit(self) -> FirstVisit:
        """The clean form as the pathway takes it."""
        clean = self.cleaned_data
        person = Person(
            **{name: clean[name] for name in (*IDENTITY, "sex")},
            confirmed_different=clean["confirmed_different"],
        )
        return FirstVisit(
            person=person,
            at=clean["first_visit_at"],
            chronic_liver_disease=clean["chronic_liver_disease"],
            presentation=clean["presentation"],
            case_id=clean["case_id"],
        )
