"""SMART App Launch: sent here from a patient's page in the hospital's record, and back from its server."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.models import User
from integrations import own_key, smart
from integrations.models import Integration
from integrations.smart import LaunchFailed
from portal.access import person, signed_in
from referral.intake import launches
from referral.pathway.vocabulary import BEFORE_ADMISSION

SESSION_KEY = "launches"
MOST_BEGUN = 5
SECONDS = 600
STATUS = {"away": 503, "too_large": 502, "not_understood": 502, "no_pkce": 502, "refused": 502}


@require_safe
@signed_in
def launch(request: HttpRequest) -> HttpResponse:
    """`iss` and `launch`, as the record sends them; the browser goes on to the record's server."""
    now = clock.now()
    try:
        integration = _own(smart.integration_at(request.GET.get("iss", "")), person(request))
        begun = smart.begin(integration, request.GET.get("launch", ""))
    except LaunchFailed as failure:
        return _trouble(request, failure, now)
    kept = dict(begun.kept) | {"at": int(now.timestamp())}
    earlier = list(_begun(request).items())[-(MOST_BEGUN - 1) :]
    request.session[SESSION_KEY] = dict([*earlier, (begun.state, kept)])
    return HttpResponseRedirect(begun.url)


@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """The public key that this product signs with, for the records that launch it."""
    return JsonResponse(own_key.jwk_set(), headers={"Cache-Control": "max-age=300"})


@require_safe
@signed_in
def callback(request: HttpRequest) -> HttpResponse:
    """`code` and `state`: the record is read, and the form opens with what it has."""
    user, now = person(request), clock.now()
    try:
        integration, kept = _returned(request, user, now)
        if "error" in request.GET or not request.GET.get("code"):
            raise LaunchFailed("refused", integration)
        granted = smart.exchange(integration, code=request.GET["code"][:2000], kept=kept)
        record = launches.read_launched(integration, granted)
    except LaunchFailed as failure:
        return _trouble(request, failure, now)
    launched = launches.keep(integration=integration, user=user, record=record, now=now)
    query = urlencode({"launch": str(launched.row.pk)})
    if launched.case is None:
        return redirect(f"{reverse('portal:new_case')}?{query}")
    words = _("This patient has an open case, %(number)s. What the record has is offered there.")
    messages.info(request, words % {"number": launched.case.number})
    if launched.case.state in BEFORE_ADMISSION:
        return redirect(f"{reverse('portal:indicators', args=[launched.case.pk])}?{query}")
    return redirect("portal:case", launched.case.pk)


def _begun(request: HttpRequest) -> dict[str, Any]:
    kept = request.session.get(SESSION_KEY)
    return dict(kept) if isinstance(kept, dict) else {}


def _returned(request: HttpRequest, user: User, now: datetime) -> tuple[Integration, dict[str, str]]:
    """The launch that `state` names, which is then over. Raises LaunchFailed."""
    begun = _begun(request)
    kept = begun.pop(request.GET.get("state", ""), None)
    request.session[SESSION_KEY] = begun
    if kept is None or now.timestamp() - kept["at"] > SECONDS:
        raise LaunchFailed("state")
    row = Integration.objects.select_related("hospital", "account").filter(
        pk=kept["integration"], is_active=True
    )
    integration = row.first()
    if integration is None or not integration.fhir_base:
        raise LaunchFailed("unknown_record")
    return _own(integration, user), kept


def _own(integration: Integration, user: User) -> Integration:
    if integration.hospital_id not in user.access.refers_for:
        raise LaunchFailed("other_hospital", integration)
    return integration


def _trouble(request: HttpRequest, failure: LaunchFailed, now: datetime) -> HttpResponse:
    status = STATUS.get(failure.code, 400)
    if failure.integration is not None:
        launches.log_launch(failure.integration, now=now, status=str(status), reason=failure.code)
    context = {"message": failure.message}
    return render(request, "portal/launch/trouble.html", context, status=status)
