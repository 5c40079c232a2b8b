"""Forms of the administration, and what they refuse before the database does."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Catchment, Hospital, Membership, Network, Role, Ward

PLACE_OF: dict[str, str] = {
    Role.REFERRING_CLINICIAN: "hospital",
    Role.SPECIALIST: "ward",
    Role.WARD_LEAD: "ward",
    Role.COORDINATOR: "whole_network",
    Role.RESEARCHER: "whole_network",
    Role.ADMINISTRATOR: "whole_network",
}
"""The field that names where each role is held; the database's constraint says the same."""


def living(formset: forms.BaseFormSet) -> list[dict[str, Any]]:
    """The cleaned rows of a formset that will remain."""
    return [
        form.cleaned_data
        for form in formset.forms
        if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
    ]


class CatchmentForm(forms.ModelForm):
    class Meta:
        model = Catchment
        fields = ("ward", "rank", "travel_minutes")

    def _get_validation_exclusions(self) -> set[str]:
        # Two wards may change places: that is one change of both rows, judged by the formset.
        return {*super()._get_validation_exclusions(), "rank"}  # type: ignore[misc]


class CatchmentFormSet(forms.BaseInlineFormSet):
    def validate_unique(self) -> None:
        rows = living(self)
        for name, refusal in (
            ("ward", _("Each ward can be named once.")),
            ("rank", _("Two wards cannot have the same place in the order.")),
        ):
            given = [row[name] for row in rows if row.get(name) is not None]
            if len(set(given)) < len(given):
                raise ValidationError(refusal)


class MembershipForm(forms.ModelForm):
    """A role and its place. The network is asked for only where the place is a whole network."""

    whole_network = forms.ModelChoiceField(Network.objects.all(), required=False, label=_("referral network"))

    class Meta:
        model = Membership
        fields = ("role", "hospital", "ward")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if PLACE_OF.get(self.instance.role) == "whole_network":
            self.initial.setdefault("whole_network", self.instance.network_id)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        needed = PLACE_OF.get(given.get("role", ""))
        if needed is None:
            return given
        for place in ("hospital", "ward", "whole_network"):
            if place != needed and given.get(place) is not None:
                self.add_error(place, _("This role is not held here: leave this empty."))
        if given.get(needed) is None and needed not in self.errors:
            self.add_error(needed, _("Choose where this role is held."))
        if given.get(needed) is not None:
            self.instance.network = network_of(given[needed])
        return given


class MembershipFormSet(forms.BaseInlineFormSet):
    def validate_unique(self) -> None:
        rows = [
            (row.get("role"), row.get("hospital"), row.get("ward"), row.get("whole_network"))
            for row in living(self)
        ]
        if len(set(rows)) < len(rows):
            raise ValidationError(_("The same role at the same place is listed twice."))
        kinds = {network_of(place).is_practice for row in rows for place in row[1:] if place is not None}
        if len(kinds) > 1:
            raise ValidationError(
                _("An account is for practice or for patients: make a second account for practising.")
            )


def network_of(place: Hospital | Ward | Network) -> Network:
    match place:
        case Hospital():
            return place.network
        case Ward():
            return place.hospital.network
        case _:
            return place
