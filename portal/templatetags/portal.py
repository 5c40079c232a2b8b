"""What the portal's templates draw again and again: time left, risk, state, moments, icons, the frame."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.forms import BooleanField, BoundField
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.administration import may_administer
from accounts.models import User
from accounts.phones import dial_address
from accounts.punctuation import in_brackets, labelled
from notifications.selectors import unread_count
from portal.confirmations import MARKS, mark_of
from portal.moments import RECENT_HOURS
from portal.pages.result import context as result_context
from portal.pages.result.context import Result
from portal.severity import severity_of
from portal.windows import Window, duration, window_of, window_of_case
from referral.identity.birth import BirthDate
from referral.models import Assessment, Case, Deadline
from referral.models.patients import Sex
from referral.pathway.vocabulary import IN_WARD, State
from referral.statistics.reports.filters import may_count
from referral.statistics.reports.table import counted
from scoring import texts

register = template.Library()

STATE_COLOURS: Mapping[str, str] = {
    State.OFFERED: "waiting",
    State.UNPLACED: "alarm",
    **dict.fromkeys((State.ACCEPTED, State.IN_TRANSIT), "moving"),
    **dict.fromkeys(IN_WARD, "ward"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawing of our icon sheet: decorative, or named by `label`."""
    address = f"{static('portal/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.simple_tag
def moment(value: datetime | None, zone: str = "", full: bool = False) -> SafeString | str:
    """An instant as people of `zone` (the display zone by default) write it; `full` adds the year."""
    if value is None:
        return "—"
    local = value.astimezone(ZoneInfo(zone or settings.DEFAULT_DISPLAY_ZONE))
    day = date_format(local, gettext("j M Y") if full else gettext("j M"))
    return format_html('<time datetime="{}">{} {}</time>', local.isoformat(), day, f"{local:%H:%M}")


@register.inclusion_tag("portal/components/ago.html")
def ago(id: str, zone: str) -> dict[str, Any]:
    """Buttons that set the moment with this id by one tap."""
    return {"id": id, "zone": zone, "recent_hours": RECENT_HOURS}


@register.filter
def with_each(cells: Sequence[Any], columns: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Each cell of a row with its column."""
    return zip(cells, columns, strict=True)


@register.filter
def elsewhere(zone: str) -> bool:
    """Whether `zone` is another one than that in which this platform shows times."""
    return zone != settings.DEFAULT_DISPLAY_ZONE


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping has for `key`; nothing where it has none."""
    return mapping.get(key)


@register.filter
def since(value: datetime, now: datetime) -> str:
    """How long ago `value` was."""
    return duration(now - value)


@register.inclusion_tag("portal/components/window_bar.html")
def window_bar(deadline: Deadline | Window, now: datetime, zone: str = "", size: str = "") -> dict[str, Any]:
    """The bar of a deadline: time left, elapsed share, level in words. `size`: "large", "small" or none."""
    window = deadline if isinstance(deadline, Window) else window_of(deadline, now, _zone(zone))
    return {"window": window, "size": size}


@register.inclusion_tag("portal/components/window_bar.html")
def case_window_bar(case: Case, now: datetime, size: str = "") -> dict[str, Any]:
    """The bar of the 48 hours a case is in; empty when nothing runs."""
    return {"window": window_of_case(case, now), "size": size}


@register.inclusion_tag("portal/components/risk_badge.html")
def risk_badge(assessment: Assessment | None, size: str = "") -> dict[str, Any]:
    """Risk and band of an assessment, always with the model's status, in a word if `size` is "short"."""
    if assessment is None:
        return {"assessment": None}
    return {
        "assessment": assessment,
        "short": size == "short",
        "band": texts.band_text(assessment.band) if assessment.band else "",
        "risk": None if assessment.risk_90d is None else texts.risk_text(assessment.risk_90d),
        "status": texts.MODEL_STATUS.get(assessment.model_status, ""),
    }


@register.inclusion_tag("portal/components/severity_badge.html")
def severity_badge(case: Case, size: str = "") -> dict[str, Any]:
    """How ill the patient is, as it counts in the present state: the risk, then the grade."""
    return {"case": case, "severity": severity_of(case), "size": size}


@register.inclusion_tag("portal/components/state_badge.html")
def state_badge(case: Case) -> dict[str, Any]:
    return {"colour": STATE_COLOURS.get(case.state, "quiet"), "label": State(case.state).label}


@register.inclusion_tag("portal/components/error_summary.html")
def error_summary(*forms: Any) -> dict[str, Any]:
    """Every error and open question of bound forms with a link to its place; nothing when there is none."""
    wrong = [form for form in forms if form.errors]
    return {
        "errors": [("", text) for form in wrong for text in form.non_field_errors()]
        + [_at_field(field, text) for form in wrong for field in form for text in field.errors],
        "questions": [question for form in forms for question in getattr(form, "open_questions", list)()],
    }


@register.inclusion_tag("portal/components/error_summary.html")
def error_at(text: Any, id: str = "") -> dict[str, Any]:
    """The summary of the one error of a form; `id` is that of its field. Nothing where there is no text."""
    return {"errors": [(id, text)] if text else []}


def _at_field(field: Any, text: str) -> tuple[str, str]:
    """The id of a field, and its error with the field's name, which some errors say themselves."""
    is_named = str(field.label).casefold() in str(text).casefold()
    names_itself = is_named or isinstance(getattr(field, "field", None), BooleanField)
    named = str(text) if names_itself else labelled(field.label, text)
    return field.id_for_label or field.auto_id, named


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The input of a bound field, dressed for its kind."""
    kind = getattr(field.field.widget, "input_type", "")
    dress = {"select": "form-select", "checkbox": "form-check-input"}.get(kind, "form-control")
    return field.as_widget(attrs={"class": f"{dress} is-invalid" if field.errors else dress})


@register.simple_tag
def result_of(case: Case) -> Result:
    """What is known of how ill a case's patient is."""
    return result_context.result_of(case)


@register.inclusion_tag("portal/components/empty_state.html")
def empty_state(
    title: str, text: str = "", icon: str = "calm", action: str = "", href: str = ""
) -> dict[str, Any]:
    return {"title": title, "text": text, "icon": icon, "action": action, "href": href}


@register.filter
def born(birth_date: BirthDate) -> str:
    """A birth date as it is written; an estimated one as a year that says so."""
    if birth_date.is_estimated:
        return gettext("about %(year)s") % {"year": birth_date.year}
    return str(birth_date)


@register.filter
def years(case: Case) -> str:
    """The age at the first visit in words, which say so where it follows from an estimated birth date."""
    named = {"age": case.age}
    if case.patient.birth_date.is_estimated:
        return gettext("about %(age)s years") % named
    return gettext("%(age)s years") % named


@register.filter
def sex_label(sex: str) -> str:
    """A sex in words."""
    return str(Sex(sex).label)


@register.simple_tag
def phone(number: str, name: str = "", css: str = "", drawn: bool = True) -> SafeString | str:
    """A phone number as written, behind `name`, and a link where it can be dialled; `drawn` with an icon."""
    text = format_html('{} <span class="phone-number">{}</span>', name, number) if name else number
    css = css or ("" if name else "phone-number")
    if address := dial_address(number):
        attribute = format_html(' class="{}"', css) if css else ""
        return format_html(
            '<a{} href="{}">{}<span>{}</span></a>', attribute, address, icon("phone") if drawn else "", text
        )
    return format_html("<span>{}</span>", text)


register.filter("counted", counted)
register.filter("in_brackets", in_brackets)


@register.inclusion_tag("portal/components/navigation.html", takes_context=True)
def navigation(context: template.Context) -> dict[str, Any]:
    """The user's places, with what waits in each."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or not isinstance(user, User) or "X-Kept" in request.headers:
        return {"places": [], "user": None}
    access = user.access
    match = getattr(request, "resolver_match", None)
    return {
        "user": user,
        "request": request,
        "here": match.view_name if match else "",
        "refers": bool(access.refers_for),
        "has_cases": bool(access.refers_for or access.coordinates),
        "has_board": bool(access.wards or access.coordinates),
        "alarm": context.get("alarm", ""),
        "runs": may_administer(user),
        "may_count": may_count(user),
        "coordinates": bool(access.coordinates),
        "unread": unread_count(user),
        "zone": settings.DEFAULT_DISPLAY_ZONE,
    }


def _zone(zone: str) -> str:
    return zone or settings.DEFAULT_DISPLAY_ZONE


@register.simple_tag(takes_context=True)
def asked_about(context: template.Context, field: str) -> SafeString:
    """What ties the answer to a question about `field` to the value that was typed."""
    mark = mark_of(field, context["request"].POST)
    return format_html('<input type="hidden" name="{}" value="{}:{}">', MARKS, field, mark)
