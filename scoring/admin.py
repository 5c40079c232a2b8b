"""The administration of risk models: a file is kept, and decisions about it are recorded. For superusers."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.administration import ReadOnly, administrator
from scoring.admin_forms import DecisionForm, ModelFileForm
from scoring.modelfile import ModelFileError
from scoring.models import ModelEvent, RiskModelVersion, ShadowScore
from scoring.selectors import active_version, shadow_versions
from scoring.services import GovernanceError, install_model

UNPROCESSABLE = 422


@admin.register(RiskModelVersion)
class RiskModelVersionAdmin(ReadOnly, admin.ModelAdmin):
    """Install a file, read its card, put it in force or in shadow: who approved it and why is kept."""

    list_display = ("name", "version", "status", "checksum")
    list_filter = ("status",)
    fields = readonly_fields = ("name", "version", "status", "checksum")
    change_form_template = "admin/scoring/riskmodelversion/model.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administrator(request).is_superuser

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide)
        name = "scoring_riskmodelversion_decide"
        return [path("<uuid:pk>/decide/", decide, name=name), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Keep a model file; it scores nothing until that is decided."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ModelFileForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            try:
                version = install_model(
                    text=form.cleaned_data["file"],
                    actor=administrator(request),
                    reason=form.cleaned_data["reason"],
                    now=clock.now(),
                )
            except (ModelFileError, GovernanceError) as refusal:
                fault = refusal.read(gettext) if isinstance(refusal, ModelFileError) else str(refusal)
                form.add_error("file", fault)
            else:
                words = _("The model %(model)s is installed. It scores nothing yet.")
                messages.success(request, words % {"model": version})
                return redirect("admin:scoring_riskmodelversion_change", version.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Install a risk model"),
            "opts": self.opts,
            "form": form,
        }
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "admin/scoring/riskmodelversion/install.html", context, status=status)

    def decide(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Put the model in force or in shadow, or end that."""
        if not administrator(request).is_superuser:
            raise PermissionDenied
        version = get_object_or_404(RiskModelVersion, pk=pk)
        form = DecisionForm(request.POST or None)
        if form.is_valid():
            try:
                form.decide(version, actor=administrator(request), now=clock.now())
            except GovernanceError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The decision about %(model)s is recorded.") % {"model": version})
                return redirect("admin:scoring_riskmodelversion_change", version.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Decide about %(model)s") % {"model": version},
            "opts": self.opts,
            "form": form,
            "version": version,
            "in_force": active_version(),
            "in_shadow": shadow_versions(),
        }
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "admin/scoring/riskmodelversion/decide.html", context, status=status)


@admin.register(ModelEvent)
class ModelEventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("at", "kind", "model", "approved_by", "reason", "actor")
    list_filter = ("kind",)
    list_select_related = ("model", "actor")


@admin.register(ShadowScore)
class ShadowScoreAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("at", "model", "risk_90d", "active_risk_90d", "high_risk", "active_high_risk")
    list_filter = ("model",)
    list_select_related = ("model",)
