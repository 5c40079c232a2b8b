"""The administration of places, people and duty. Nothing of patients is here."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast
from zoneinfo import ZoneInfo

from allauth.account.decorators import secure_admin_login
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import clock, people, punctuation, rota
from accounts.access_admin import OpenAccessAdmin
from accounts.administration import (
    NetworkAdmin,
    RowsInside,
    administrator,
    people_of,
    record,
    within,
)
from accounts.audit_admin import AuditEntryAdmin
from accounts.forms import CatchmentForm, CatchmentFormSet, MembershipForm, MembershipFormSet
from accounts.models import (
    Catchment,
    DutyOverride,
    DutyShift,
    Hospital,
    Membership,
    Network,
    User,
    Ward,
)

__all__ = [
    "AuditEntryAdmin",
    "HospitalAdmin",
    "ReferralNetworkAdmin",
    "UserAdmin",
    "WardAdmin",
]

AHEAD = timedelta(days=14)

admin.site.site_header = _("ACLF referral: administration")
admin.site.site_title = _("ACLF referral")
admin.site.index_title = _("Hospitals, wards, people and rules")
# The administration's own form knows neither second factors nor rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)


@admin.register(Network)
class ReferralNetworkAdmin(NetworkAdmin):
    network_path = "pk"
    list_display = ("name_zh", "name_en", "zone", "is_practice")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administrator(request).is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Zone and practice are chosen once: what was counted since is by that calendar, or is not."""
        return ("zone", "is_practice") if obj else ()


class CatchmentInline(RowsInside):
    model = Catchment
    form, formset = CatchmentForm, CatchmentFormSet
    verbose_name_plural = _("wards that are asked, in this order")


@admin.register(Hospital)
class HospitalAdmin(NetworkAdmin):
    list_display = ("name_zh", "name_en", "level", "phone", "network_name")
    list_filter = ("level",)
    search_fields = ("name_zh", "name_en")
    list_select_related = ("network",)
    inlines = (CatchmentInline,)

    @admin.display(description=_("referral network"), ordering="network")
    def network_name(self, hospital: Hospital) -> str:
        return hospital.network.name


class DutyInline(RowsInside):
    """Duty of the ward's own people; that of others would never count."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user" and request.resolver_match:
            ward = request.resolver_match.kwargs["object_id"]
            people_there = User.objects.filter(memberships__ward=ward, is_program=False)
            kwargs["queryset"] = people_there.distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ShiftInline(DutyInline):
    model = DutyShift


class OverrideInline(DutyInline):
    model = DutyOverride


@admin.register(Ward)
class WardAdmin(NetworkAdmin):
    network_path = "hospital__network"
    list_display = ("name_zh", "name_en", "hospital_name", "beds", "phone", "takes_requests", "now_on_duty")
    list_select_related = ("hospital",)
    search_fields = ("name_zh", "name_en")
    readonly_fields = ("closed_at", "closed_reason", "now_on_duty", "next_on_duty", "duty_gaps")
    inlines = (ShiftInline, OverrideInline)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj else ()

    def zone(self, row: Any) -> str:
        return row.hospital.zone if row else super().zone(row)

    @admin.display(description=_("hospital"), ordering="hospital")
    def hospital_name(self, ward: Ward) -> str:
        return ward.hospital.name

    @admin.display(description=_("takes requests"), boolean=True)
    def takes_requests(self, ward: Ward) -> bool:
        return ward.is_open

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        shown = super().get_changelist_instance(request)
        look_up_duty(shown.result_list)
        return shown

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        ward = super().get_object(request, object_id, from_field)
        look_up_duty([ward] if ward else [])
        return ward

    @admin.display(description=_("on duty now"))
    def now_on_duty(self, ward: Any) -> str:
        return punctuation.listed(user.name for user in ward.people_on_duty) or str(_("nobody"))

    @admin.display(description=_("on duty next"))
    def next_on_duty(self, ward: Ward) -> str:
        coming = rota.next_on_duty(ward, clock.now(), AHEAD)
        return listed(
            punctuation.labelled(str(watch.user), span(ward, watch.starts_at, watch.ends_at))
            for watch in coming
        ) or str(_("no change in the next 14 days"))

    @admin.display(description=_("nobody on duty in the next 14 days"))
    def duty_gaps(self, ward: Ward) -> str:
        now = clock.now()
        return listed(span(ward, *gap) for gap in rota.gaps(ward, now, now + AHEAD)) or str(_("at no time"))


def look_up_duty(wards: Iterable[Any]) -> None:
    """Give each of `wards` the `people_on_duty`: for all at once, because a column knows one row only."""
    people = rota.people_on_duty_at(list(wards), clock.now())
    for ward in wards:
        ward.people_on_duty = people[ward.pk]


def span(ward: Ward, start: datetime, end: datetime) -> str:
    """A span of time on the clock of the ward's wall."""
    zone = ZoneInfo(ward.hospital.zone)
    return " – ".join(
        date_format(moment.astimezone(zone), "SHORT_DATETIME_FORMAT") for moment in (start, end)
    )


def listed(items: Iterable[str]) -> SafeString:
    return format_html_join("", "<div>{}</div>", ((item,) for item in items))


class MembershipInline(RowsInside):
    model = Membership
    form, formset = MembershipForm, MembershipFormSet
    fields = ("role", "hospital", "ward", "whole_network")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        networks = within(Network.objects.all(), administrator(request), "pk")
        cast(ModelChoiceField, formset.form.base_fields["whole_network"]).queryset = networks
        return formset

    def get_min_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Somebody without a role belongs to no network, and only a superuser would find them again."""
        return 0 if administrator(request).is_superuser else 1


@admin.register(User)
class UserAdmin(OpenAccessAdmin, NetworkAdmin):
    """Accounts. People choose their own password, by a link that is mailed to them."""

    list_display = ("name", "email", "phone", "is_active", "roles")
    list_filter = ("is_active", "memberships__role")
    search_fields = ("name", "email")
    inlines = (MembershipInline,)
    actions = ("send_password_link", "forget_second_factors")
    rights = ("is_staff", "is_superuser")
    readonly_fields = ("open_access",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return people_of(administrator(request)).prefetch_related(
            "memberships__hospital", "memberships__ward", "memberships__network"
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        rights = self.rights if administrator(request).is_superuser else ()
        shown = ("open_access",) if obj else ()
        return ("email", "name", "phone", "language", "is_active", *rights, *shown)

    @admin.display(description=_("memberships"))
    def roles(self, user: User) -> str:
        return listed(row.in_words() for row in user.memberships.all())

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
            if obj.is_active:
                # When the account and its roles are in the database, and not if they are refused.
                transaction.on_commit(partial(self._mail_link, request, obj))
        super().save_model(request, obj, form, change)
        people.settle_address(user=obj)
        if change and "email" in form.changed_data:
            people.notify_of_address(user=obj, former=form.initial["email"], now=clock.now())

    @admin.action(description=_("Mail the invitation again, or a link to choose a new password"))
    def send_password_link(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            self._mail_link(request, user)

    def _mail_link(self, request: HttpRequest, user: User) -> None:
        """Mail an invitation to somebody who never chose a password, else a link to choose a new one."""
        invited = not user.has_usable_password()
        try:
            if invited:
                people.invite(user=user, inviter=administrator(request), request=request)
            else:
                people.send_password_link(user=user, request=request)
        except OSError:
            refusal = _(
                "The mail server did not take the mail to %(name)s. Send it again from the list of users."
            )
            messages.error(request, refusal % {"name": user})
        else:
            record(request, "invite" if invited else "send_password_link", user)
            words = (
                _("An invitation was mailed to %(name)s.") if invited else _("A link was mailed to %(name)s.")
            )
            messages.success(request, words % {"name": user})

    @admin.action(description=_("Remove the second factor of somebody who lost it"))
    def forget_second_factors(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            removed = people.forget_second_factors(user=user, actor=administrator(request), now=clock.now())
            record(request, "forget_second_factors", user, removed=removed)
            messages.success(
                request, _("%(name)s signs in by password and can set up a new one.") % {"name": user}
            )
