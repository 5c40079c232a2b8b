"""The administration of hospital systems, and what each sent and was refused."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Exists, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts import clock
from accounts.administration import NetworkAdmin, ReadOnly, administrator, kind, record, rendered_in, within
from accounts.models import Network, User
from integrations import cards
from integrations.conformance import latest, try_message
from integrations.counterparts import save_integration
from integrations.forms import IntegrationForm
from integrations.models import ExchangedMessage, Integration

LATEST = 20
UNPROCESSABLE = 422


@admin.register(Integration)
class IntegrationAdmin(NetworkAdmin):
    """One page for each system: who it is, and its last messages."""

    form = IntegrationForm
    network_path = "hospital__network"
    list_display = ("name", "kind", "hospital_name", "ward", "is_active")
    list_select_related = ("hospital", "ward")
    list_filter = ("kind", "is_active")
    search_fields = ("name",)
    readonly_fields = ("client_id", "conformance_page", "subscribed_to", "latest_messages")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = ("name", "kind", "hospital", "ward", "responsible", "pasted_keys", "keys_url", "typed_scopes")
        shown = ("client_id", "conformance_page", "subscribed_to", "latest_messages") if obj else ()
        hl7, hooks = ("hl7_application", "hl7_facility"), ("issuer", "typed_origins")
        smart = ("fhir_base", "smart_client_id", "typed_secret")
        return (*asked, "typed_addresses", *hl7, *hooks, *smart, "is_active", *shown)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "responsible":
            people = User.objects.filter(is_active=True, is_program=False)
            who = administrator(request)
            kwargs["queryset"] = within(people, who, "memberships__network").distinct()
            kwargs["label"] = _("Who answers for it")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Integration, form: ModelForm, change: bool) -> None:
        save_integration(integration=obj, now=clock.now())
        if form.changed_data or not change:
            action = f"{'change' if change else 'add'}_{kind(obj)}"
            fields = sorted(form.changed_data)
            record(request, action, obj.hospital, integration=str(obj.pk), fields=fields)

    @admin.display(description=_("hospital"), ordering="hospital")
    def hospital_name(self, row: Integration) -> str:
        return row.hospital.name

    @admin.display(description=_("client id"))
    def client_id(self, row: Integration) -> str:
        return str(row.pk)

    @admin.display(description=_("conformance"))
    def conformance_page(self, row: Integration) -> SafeString:
        address = reverse("admin:integrations_integration_conformance", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("What it sends, and a message to try"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.conformance)
        name = "integrations_integration_conformance"
        return [path("<uuid:pk>/conformance/", view, name=name), *super().get_urls()]

    @method_decorator(sensitive_post_parameters())
    def conformance(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """What a system sent and what was understood of it; what is posted is tried and kept nowhere."""
        rows = self.get_queryset(request).select_related("hospital")
        integration = get_object_or_404(rows, pk=pk)
        trial, typed = None, ""
        if request.method == "POST":
            typed = request.POST.get("message", "")
            file = request.FILES.get("file")
            trial = try_message(integration, file.read() if file else typed.encode())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Conformance of %(system)s") % {"system": integration.name},
            "opts": self.opts,
            "integration": integration,
            "lines": latest(integration),
            "trial": trial,
            "sampled": (trial.report.sampled_at or "").replace("T", " ") if trial and trial.report else "",
            "typed": typed,
            "cards": cards.counts(integration),
            "override_reasons": list(cards.override_reasons(integration).items()),
        }
        status = UNPROCESSABLE if trial and trial.problems else 200

        def page() -> HttpResponse:
            return render(request, "admin/integrations/conformance.html", context, status=status)

        return rendered_in(integration.hospital.zone, page)

    @admin.display(description=_("notified of"))
    def subscribed_to(self, row: Integration) -> SafeString | str:
        lines = (
            (one.criteria, one.get_status_display(), f"{one.accepted}/{one.numbered}", one.trouble)
            for one in row.subscriptions.all()
        )
        return format_html_join("", "<div>{} · {} · {} {}</div>", lines) or str(_("nothing"))

    @admin.display(description=_("last messages"))
    def latest_messages(self, row: Integration) -> SafeString | str:
        lines = (
            (f"{message.at:%Y-%m-%d %H:%M}", message.what, message.status, message.reason)
            for message in row.exchanged.all()[:LATEST]
        )
        return format_html_join("", "<div>{} · {} · {} {}</div>", lines) or str(_("none yet"))


@admin.register(ExchangedMessage)
class ExchangedMessageAdmin(ReadOnly, admin.ModelAdmin):
    """The log, without what the messages said: that is for the hospital whose patients they name."""

    list_display = ("at", "system", "interface", "what", "status", "reason")
    list_filter = ("interface", "status")
    list_select_related = ("integration__hospital",)
    show_full_result_count = False
    list_display_links = None

    @admin.display(description=_("hospital system"))
    def system(self, row: ExchangedMessage) -> str:
        return str(row.integration or "–")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExchangedMessage]:
        """What came from nobody who is connected is for whoever administers every network there is."""
        rows, user = super().get_queryset(request).defer("content"), administrator(request)
        if user.is_superuser:
            return rows
        own = user.access.administers
        others = Network.objects.filter(is_practice=False).exclude(pk__in=own)
        unknown = Q(integration=None) & ~Exists(others)
        return rows.filter(Q(integration__hospital__network__in=own) | unknown)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(administrator(request).access.administers) or administrator(request).is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and self.has_module_permission(request)
