"""What a person does with their contact methods: add, prove, test, wish, remove."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import clock, sign_ins
from accounts.text import has_unprintable
from notifications.channels.base import AddressError
from notifications.contacts import contact_methods
from notifications.contacts.contact_methods import ContactMethodError
from notifications.models import Subscription
from notifications.types import Severity
from portal.access import person, signed_in
from portal.pages.account.views import preferences_page

LONGEST_SECRET = 200


@signed_in
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Keep an address; what cannot be one comes back with what was typed."""
    given = {name: str(value) for name, value in request.POST.items()}
    channel, name = given.get("channel", ""), given.get("name", "")
    try:
        subscription = contact_methods.add(
            user=person(request),
            channel=channel,
            given=given,
            name=name,
            device=sign_ins.device_of(request.session),
            now=clock.now(),
        )
    except AddressError as error:
        return preferences_page(request, typed=given, error=error)
    except ContactMethodError as error:
        messages.error(request, str(error.message))
        return redirect("portal:preferences")
    if subscription.awaits_code:
        messages.success(
            request, _("A code is on its way there. Enter it below; nothing else is sent before.")
        )
    else:
        messages.success(request, _("Added. Send a test to see whether alerts arrive."))
    return redirect("portal:preferences")


@signed_in
@require_POST
def test(request: HttpRequest, key: str) -> HttpResponse:
    """Send a real message there."""
    sent = _("A test message is on its way. Reload this page in a moment to see what became of it.")
    return _done(
        request,
        key,
        lambda subscription: contact_methods.send_test(subscription=subscription, now=clock.now()),
        sent,
    )


@signed_in
@require_POST
def code(request: HttpRequest, key: str) -> HttpResponse:
    return _done(
        request,
        key,
        lambda subscription: contact_methods.send_code(subscription=subscription, now=clock.now()),
        _("A new code is on its way."),
    )


@signed_in
@require_POST
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """The person has typed the code that was sent there."""
    typed = request.POST.get("code", "")
    proved = _("Confirmed: alerts come here from now on.")
    return _done(
        request,
        key,
        lambda subscription: contact_methods.confirm(subscription=subscription, code=typed, now=clock.now()),
        proved,
    )


@signed_in
@require_POST
def wish(request: HttpRequest, key: str) -> HttpResponse:
    """From which severity on, and whether at all."""
    wished = request.POST.get("min_severity", "")
    if wished not in Severity.values:
        raise Http404
    enabled = request.POST.get("enabled") == "on"
    return _done(
        request,
        key,
        lambda subscription: contact_methods.wish(
            subscription=subscription, enabled=enabled, min_severity=wished
        ),
        _("Saved."),
    )


@signed_in
@require_POST
@sensitive_post_parameters("secret")
def secret(request: HttpRequest, key: str) -> HttpResponse:
    """The robot was given another signing secret, or none any more."""
    typed = request.POST.get("secret", "")
    if len(typed) > LONGEST_SECRET or has_unprintable(typed):
        messages.error(request, _("This is no signing secret. Copy it from the group chat again."))
        return redirect("portal:preferences")
    changed = _("Saved. Send a test to see whether alerts arrive.")
    return _done(
        request,
        key,
        lambda subscription: contact_methods.change_secret(subscription=subscription, secret=typed),
        changed,
    )


@signed_in
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    gone = _("Removed: nothing is sent there any more.")
    return _done(
        request,
        key,
        lambda subscription: contact_methods.remove(subscription=subscription, now=clock.now()),
        gone,
    )


def _done(request: HttpRequest, key: str, act: Callable[[Subscription], object], words: str) -> HttpResponse:
    """Do `act` with an own contact method and say so, or say why not."""
    try:
        act(contact_methods.find(person(request), key))
    except Subscription.DoesNotExist:
        raise Http404 from None
    except ContactMethodError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, words)
    return redirect("portal:preferences")
