"""The referral letter of a case, for paper."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.discharge.views import in_language
from portal.pages.letters import context
from referral.models import Case
from referral.queries import cases


@require_safe
@signed_in
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A printable page with what the receiving ward has to know; the reading is audited."""
    now = clock.now()
    try:
        case = cases.read_case(person(request), pk, now=now)
    except Case.DoesNotExist as error:
        raise Http404 from error
    return in_language(request, "portal/case/letter.html", lambda: context.letter(case, now))
