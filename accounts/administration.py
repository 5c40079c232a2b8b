"""What the administration shows to whom, and the trail it leaves: the base of every admin class."""

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import CharField, DateField, DateTimeField, ModelForm, SplitDateTimeField, Textarea
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock
from accounts.missing_fields import ask_by_name
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
from accounts.text import one_line
from accounts.validators import plausible

NO_SUCH_ROW = _("What was chosen is not in the list. Choose again.")
NETWORK_OF: dict[type[Model], str] = {Network: "pk", Hospital: "network", Ward: "hospital__network"}
"""The way from a row to its network, for the rows that people choose from."""


def administrator(request: HttpRequest) -> User:
    return cast(User, request.user)


def may_administer(user: User) -> bool:
    return user.is_superuser or bool(user.access.administers)


def within(rows: QuerySet[Any], user: User, path: str) -> QuerySet[Any]:
    """Those of `rows` that belong, by the lookup `path`, to a network that `user` administers."""
    return rows if user.is_superuser else rows.filter(**{f"{path}__in": user.access.administers})


def people_of(user: User) -> QuerySet[User]:
    """Whose accounts `user` may administer: not of people who also belong elsewhere, nor of superusers, nor
    those of programs, which follow their hospital system."""
    people = User.objects.filter(is_program=False)
    if user.is_superuser:
        return people
    networks = user.access.administers
    elsewhere = Membership.objects.exclude(network__in=networks)
    return (
        people.filter(memberships__network__in=networks, is_superuser=False)
        .exclude(memberships__in=elsewhere)
        .distinct()
    )


def record(request: HttpRequest, action: str, row: Model, **detail: Any) -> None:
    """Leave a line of the audit trail: field names, codes and ids, no values."""
    audit.record(
        actor=administrator(request),
        action=action,
        subject_type=kind(row),
        subject_id=str(row.pk),
        now=clock.now(),
        network=network_of(row),
        **detail,
    )


def network_of(row: Model) -> UUID | None:
    """The id of the one network that an administered row belongs to; None if there are several, or none."""
    match row:
        case Network():
            return row.pk
        case Ward():
            return row.hospital.network_id
        case User():
            networks = {*row.memberships.values_list("network", flat=True)}
            return networks.pop() if len(networks) == 1 else None
        case Catchment():
            return row.hospital.network_id
        case DutyShift() | DutyOverride():
            return row.ward.hospital.network_id
        case _:
            return getattr(row, "network_id", None)


def kind(row: Model) -> str:
    return row._meta.model_name or ""


def rendered_in(zone: str, view: Callable[[], HttpResponse]) -> HttpResponse:
    """The page of `view`, its times written in the zone of that name.

    Rendered here: by the time the framework renders a page, the zone would be another one again.
    """
    with timezone.override(ZoneInfo(zone)):
        response = view()
        return response.render() if isinstance(response, TemplateResponse) else response


class Listing:
    """Lists are searched and filtered as the page offers it. Other columns, such as passwords, are not for
    finding out letter by letter."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        filters = self.get_list_filter(request)  # type: ignore[attr-defined]
        offered = [getattr(name, "parameter_name", name) for name in filters]
        return any(lookup == name or lookup.startswith(f"{name}__") for name in offered)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **named: Any
    ) -> HttpResponse | None:
        """What the chosen action answers; a row that cannot be meant is refused in words."""
        key = self.model._meta.pk  # type: ignore[attr-defined]
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                key.to_python(chosen)
        except ValidationError:
            self.message_user(request, NO_SUCH_ROW, messages.ERROR)  # type: ignore[attr-defined]
            return None
        answer: HttpResponse | None = super().response_action(  # type: ignore[misc]
            request, queryset, *args, **named
        )
        return answer


class Choices:
    """Lets people choose places of their own networks only; for rows and for the rows inside them."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # Each place and person has a page of its own; a window inside a form is easily lost.
            field.widget = field.widget.widget
        if field is not None:
            ask_by_name(field)
        if isinstance(field, CharField) and not isinstance(field.widget, Textarea):
            field.validators.append(one_line)
        if isinstance(field, DateField | DateTimeField | SplitDateTimeField):
            field.validators.append(plausible)
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        model = db_field.remote_field.model
        kwargs.setdefault("label", capfirst(model._meta.verbose_name))
        if model in NETWORK_OF and "queryset" not in kwargs:
            kwargs["queryset"] = within(
                model._default_manager.all(), administrator(request), NETWORK_OF[model]
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class ReadOnly(Listing):
    """Rows that come of what people do: read, and never added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Permissions:
    """Network administrators and superusers, and nobody else who is staff."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_administer(administrator(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(administrator(request))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(administrator(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(administrator(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(administrator(request))


class RowsInside(Choices, Permissions, admin.TabularInline):
    """Rows edited inside another one; who may edit that one may edit them."""

    extra = 0


class NetworkAdmin(Listing, Choices, Permissions, admin.ModelAdmin):
    """Rows of the networks that a person administers. `network_path` leads from a row to its network.

    Nothing is deleted here that others refer to: places and people are closed instead.
    """

    network_path = "network"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return within(super().get_queryset(request), administrator(request), self.network_path)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def zone(self, row: Any) -> str:
        """Name of the zone in which the page of `row` (None: of a new one) shows and takes times."""
        return settings.DEFAULT_DISPLAY_ZONE

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id)) if object_id else None
        return rendered_in(
            self.zone(row), partial(super().changeform_view, request, object_id, form_url, extra_context)
        )

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data or not change:
            record(
                request, f"{'change' if change else 'add'}_{kind(obj)}", obj, fields=sorted(form.changed_data)
            )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        # Copies, because a deleted row forgets its key.
        doomed = [copy(row.instance) for row in formset.deleted_forms if not row.instance._state.adding]
        super().save_formset(request, form, formset, change)
        of = str(form.instance.pk)
        for row in formset.new_objects:
            record(request, f"add_{kind(row)}", row, of=of)
        for row, fields in formset.changed_objects:
            record(request, f"change_{kind(row)}", row, of=of, fields=sorted(fields))
        for row in doomed:
            record(request, f"delete_{kind(row)}", row, of=of)
