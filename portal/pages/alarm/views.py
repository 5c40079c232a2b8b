"""What an open page asks for its alarm."""

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.alarm.context import alarm_of
from referral.alerts.alarm import is_expected


@require_safe
@signed_in
def alarm(request: HttpRequest) -> JsonResponse:
    """What the reader's alarm rings for; 404 for people who answer for no ward and no network."""
    user = person(request)
    if not (user.access.wards or user.access.coordinates):
        raise Http404
    now = clock.now()
    return JsonResponse(alarm_of(user, now, is_expected=is_expected(user, now)))
