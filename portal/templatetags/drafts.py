"""Unfinished forms in templates: the list of a person's own, and what a form needs to save itself."""

from typing import Any
from uuid import UUID

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import clock
from portal import drafts
from portal.access import person
from portal.page_owner import browser_key

register = template.Library()


@register.inclusion_tag("portal/components/unfinished.html", takes_context=True)
def unfinished(context: template.Context, subject: UUID | None = None, zone: str = "") -> dict[str, Any]:
    """What the reader has not finished; with `subject`, about one case."""
    now = context.get("now") or clock.now()
    return {"rows": drafts.unfinished(person(context["request"]), now, subject), "zone": zone}


@register.simple_tag(takes_context=True)
def saves_itself(context: template.Context, page: str, subject: object, restores: bool = True) -> SafeString:
    """Attributes of a form that saves itself; with `restores`, what was saved before is put back."""
    place = drafts.Place.of(page, str(subject))
    draft = drafts.of(person(context["request"]), place, context["now"]) if place else None
    return format_html(
        'data-draft-page="{}" data-draft-subject="{}" data-draft-version="{}"{}',
        page,
        subject,
        draft.version if draft else 0,
        SafeString(" data-draft-restore") if draft and restores else "",
    )


@register.simple_tag(takes_context=True)
def owner_key(context: template.Context) -> str:
    """Whose page this is, as the browser knows them."""
    return browser_key(person(context["request"]))
