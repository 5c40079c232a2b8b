"""The administration of the pathway's rules and of closing wards. Nothing of patients is here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin import ReferralNetworkAdmin, WardAdmin
from accounts.administration import administrator
from accounts.models import Network, Ward
from referral.alerts.rota_gaps import notify_gaps
from referral.deadlines import policies
from referral.intake import ward_status
from referral.pathway.refusals import AccessError
from referral.policy_editing.admin_page import PathwayPolicyAdmin

__all__ = ["NetworkOnThePathwayAdmin", "PathwayPolicyAdmin", "WardOnThePathwayAdmin"]

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

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Tell at once of the times at which nobody is on duty since the rota was changed here."""
        super().save_related(request, form, formsets, change)
        ward = form.instance
        if ward.is_open and any(rows.has_changed() for rows in formsets):
            notify_gaps(ward, clock.now())

    @admin.action(description=_("Close: what is asked goes to the next ward, promises are kept"))
    def close_wards(self, request: HttpRequest, rows: QuerySet[Ward]) -> None:
        for ward in rows:
            try:
                ward_status.close_ward(
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
                ward_status.open_ward(ward=ward, actor=administrator(request), now=clock.now())
            except AccessError as refusal:
                messages.error(request, refusal.message)
            else:
                messages.success(request, _("%(ward)s takes requests again.") % {"ward": ward})
