"""What the database refuses is said in words wherever the administration can meet it."""

from importlib import import_module

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.test import RequestFactory

from accounts.models import User

ROOMS = ("accounts", "scoring", "notifications", "files", "integrations", "referral")


def editable() -> list[type[models.Model]]:
    """Every model that the administration lets a superuser edit, in rows of its own or inside another."""
    import_module(settings.ROOT_URLCONF)
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True)
    pages = [page for page in admin.site._registry.values() if page.has_change_permission(request)]
    inside = [inline.model for page in pages for inline in getattr(page, "inlines", ())]
    ours = {model for model in {page.model for page in pages} | {*inside} if model._meta.app_label in ROOMS}
    return sorted(ours, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", editable(), ids=lambda model: model.__name__)
def test_no_refusal_names_a_constraint(model: type[models.Model]) -> None:
    nameless = [
        constraint.name
        for constraint in model._meta.constraints
        if _is_named(constraint)
        and constraint.violation_error_message == constraint.default_violation_error_message
    ]
    assert not nameless


def _is_named(constraint: models.BaseConstraint) -> bool:
    """Whether Django's own message would be the constraint's name."""
    return not (
        isinstance(constraint, models.UniqueConstraint) and constraint.fields and not constraint.condition
    )
