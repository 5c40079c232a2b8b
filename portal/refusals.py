"""The status of a page that says what the pathway refused."""

from django.http import HttpResponse

from referral.pathway.refusals import PathwayError, TooOften

CONFLICT, TOO_MANY_REQUESTS = 409, 429


def with_status(page: HttpResponse, refusal: PathwayError) -> HttpResponse:
    """`page`, marked as a conflict; where somebody asked too often, with the seconds to wait."""
    page.status_code = CONFLICT
    if isinstance(refusal, TooOften):
        page.status_code = TOO_MANY_REQUESTS
        page["Retry-After"] = str(refusal.seconds)
    return page
