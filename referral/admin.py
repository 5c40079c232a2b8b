"""The administration of the pathway's rules and of closing wards. Nothing of patients is here."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin import ReferralNetworkAdmin, WardAdmin
from accounts.administration import NetworkAdmin, administrator, within
from accounts.models import Network, Ward
from referral import policies, wards
from referral.errors import AccessError
from referral.models import PathwayPolicy
from referral.pathway import Kind


class Readable(json.JSONEncoder):
    """An object by kind of deadline in the pathway's order, with a line for each length and each step."""

    def encode(self, o: Any) -> str:
        if not isinstance(o, dict):
            return super().encode(o)
        known = [kind for kind in Kind.values if kind in o]
        entries = [f" {json.dumps(kind)}: {self._value(o[kind])}" for kind in dict.fromkeys([*known, *o])]
        return "{\n" + ",\n".join(entries) + "\n}"

    def _value(self, value: Any) -> str:
        if not isinstance(value, list):
            return super().encode(value)
        return "[\n" + ",\n".join(f"  {json.dumps(step)}" for step in value) + "\n ]"


class RulesField(forms.JSONField):
    """JSON as a person types it: too deep, too large a number or no text is refused like a typing error."""

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
            json.dumps(found, ensure_ascii=False).encode()
        except (RecursionError, ValueError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return InvalidJSONInput(data)


class PolicyForm(forms.ModelForm):
    """A new version, filled in with the rules in force."""

    minutes = RulesField(
        encoder=Readable, label=_("lengths of the deadlines, minutes"), widget=forms.Textarea({"rows": 18})
    )
    ladders = RulesField(
        encoder=Readable,
        label=_("alert ladders"),
        help_text=_(
            "For each kind of deadline its steps: at “fraction” of the time plus “offset_minutes”, "
            "“audience” is alerted with “severity” (info, warning, severe, critical), "
            "again “every_minutes” if given; “expires_offer” also lets the referral request expire. "
            "Audiences: duty, ward, ward_lead, clinician, hospital, holder, coordinator."
        ),
        widget=forms.Textarea({"rows": 30}),
    )

    class Meta:
        model = PathwayPolicy
        fields = ("network", *policies.RULES, "note")


@admin.register(PathwayPolicy)
class PathwayPolicyAdmin(NetworkAdmin):
    """Versions are added and read, never changed."""

    form = PolicyForm
    list_display = ("network_name", "version", "risk_threshold", "created_at", "author", "note")
    list_select_related = ("network", "created_by")
    fields = ("network", *policies.RULES, "note")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        plain = ["network_name", *(name for name in self.fields[1:] if name not in ("minutes", "ladders"))]
        return (*plain, "version", "created_at", "author", "lengths", "alerts")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if obj else ()

    @admin.display(description=_("referral network"), ordering="network")
    def network_name(self, policy: PathwayPolicy) -> str:
        return policy.network.name

    @admin.display(description=_("published by"))
    def author(self, policy: PathwayPolicy) -> str:
        return str(policy.created_by or "")

    @admin.display(description=_("lengths of the deadlines, minutes"))
    def lengths(self, policy: PathwayPolicy) -> str:
        return format_html("<pre>{}</pre>", json.dumps(policy.minutes, cls=Readable))

    @admin.display(description=_("alert ladders"))
    def alerts(self, policy: PathwayPolicy) -> str:
        return format_html("<pre>{}</pre>", json.dumps(policy.ladders, cls=Readable))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The rules in force in the network asked for, else in the first that the person administers."""
        networks = within(Network.objects.all(), administrator(request), "pk")
        asked = request.GET.get("network", "")
        network = next((row for row in networks if str(row.pk) == asked), networks.first())
        draft = policies.draft_policy(network)
        return {"network": network, **{name: getattr(draft, name) for name in policies.RULES}}

    def save_model(
        self, request: HttpRequest, obj: PathwayPolicy, form: forms.ModelForm, change: bool
    ) -> None:
        policies.publish_policy(draft=obj, actor=administrator(request), now=clock.now())


admin.site.unregister((Network, Ward))


@admin.register(Network)
class NetworkOnThePathwayAdmin(ReferralNetworkAdmin):
    """A new network begins with the default policy: without one it could take no case."""

    def save_model(self, request: HttpRequest, obj: Network, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            draft = policies.draft_policy(obj)
            policies.publish_policy(draft=draft, actor=administrator(request), now=clock.now())


@admin.register(Ward)
class WardOnThePathwayAdmin(WardAdmin):
    """Closing a ward passes its open requests on, so it is done here, where requests are known."""

    actions = ("close_wards", "open_wards")

    @admin.action(description=_("Close: what is asked goes to the next ward, promises are kept"))
    def close_wards(self, request: HttpRequest, rows: QuerySet[Ward]) -> None:
        for ward in rows:
            try:
                wards.close_ward(
                    ward=ward,
                    actor=administrator(request),
                    reason=str(_("closed by the administration")),
                    now=clock.now(),
                )
            except AccessError as refusal:
                messages.error(request, refusal.message)
            else:
                messages.success(request, _("%(ward)s takes no new requests.") % {"ward": ward})

    @admin.action(description=_("Open: take requests again"))
    def open_wards(self, request: HttpRequest, rows: QuerySet[Ward]) -> None:
        for ward in rows:
            try:
                wards.open_ward(ward=ward, actor=administrator(request), now=clock.now())
            except AccessError as refusal:
                messages.error(request, refusal.message)
            else:
                messages.success(request, _("%(ward)s takes requests again.") % {"ward": ward})
