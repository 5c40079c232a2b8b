"""Who the patient is and when they were first seen."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.missing_fields import ask_all_by_name
from accounts.models import Hospital
from portal.forms.fields import MomentField, capitalised, set_clock
from portal.forms.identity import IdentityForm
from portal.moments import local
from referral.codes import ChronicLiverDisease, Presentation
from referral.intake.first_visit import FirstVisit, check_first_visit
from referral.pathway.refusals import InputError


class VisitForm(IdentityForm):
    """A first visit as typed. `case_id` is made with the empty form, so that sending it twice is harmless."""

    case_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    first_visit_at = MomentField(
        label=_("First seen"),
        help_text=_("By the clock of your hospital. The 48 hours count from here."),
    )
    chronic_liver_disease = forms.ChoiceField(
        label=_("Chronic liver disease"),
        help_text=_("Without chronic liver disease the model does not apply; you can still refer."),
        choices=[("", _("Please choose")), *capitalised(ChronicLiverDisease.choices)],
    )
    presentation = forms.ChoiceField(
        label=_("How it worsened"),
        choices=[*Presentation.choices, ("", _("Not clear yet"))],
        widget=forms.RadioSelect,
        required=False,
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
        ask_all_by_name(self)

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
        except InputError as refusal:
            raise ValidationError([str(message) for _field, _code, message in refusal.rows]) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        moment = cleaned.get("first_visit_at") or self.now
        self.check_identity(moment.astimezone(ZoneInfo(self.at.zone)).date())
        return cleaned

    def visit(self) -> FirstVisit:
        """The clean form as the pathway takes it."""
        clean = self.cleaned_data
        return FirstVisit(
            person=self.identity(),
            at=clean["first_visit_at"],
            chronic_liver_disease=clean["chronic_liver_disease"],
            presentation=clean["presentation"],
            case_id=clean["case_id"],
        )
