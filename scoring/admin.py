from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from scoring.models import ModelEvent, RiskModelVersion, ShadowScore


class ReadOnlyAdmin(admin.ModelAdmin):
    """Models are installed and activated by commands that check the file and ask who approved it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(RiskModelVersion)
class RiskModelVersionAdmin(ReadOnlyAdmin):
    list_display = ("name", "version", "status", "checksum")
    list_filter = ("status",)


@admin.register(ModelEvent)
class ModelEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "model", "approved_by", "reason", "actor")
    list_filter = ("kind",)
    list_select_related = ("model", "actor")


@admin.register(ShadowScore)
class ShadowScoreAdmin(ReadOnlyAdmin):
    list_display = ("at", "model", "risk_90d", "active_risk_90d", "high_risk", "active_high_risk")
    list_filter = ("model",)
    list_select_related = ("model",)
