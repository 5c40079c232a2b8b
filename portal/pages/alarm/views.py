"""What an open page asks for its alarm."""

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from referral.alerts.alarm import causes, is_expected


@require_safe
@signed_in
def alarm(request: HttpRequest) -> JsonResponse:
    """What waits for the reader's acknowledgement, and whether they are expected to hear it; 404 for others.

    `user` lets a page notice that somebody else has signed in on the same browser.
    """
    user, now = person(request), clock.now()
    if not (user.access.wards or user.access.coordinates):
        raise Http404
    waiting = [
        {
            "id": str(cause.id),
            "kind": cause.kind,
            "number": cause.number,
            "href": reverse("portal:case", args=[cause.case_id]),
            "since": cause.since.isoformat(),
        }
        for cause in causes(user)
    ]
    answer = {
        "user": str(user.pk),
        "now": now.isoformat(),
        "is_expected": is_expected(user, now),
        "waiting": waiting,
    }
    return JsonResponse(answer)
