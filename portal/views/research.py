"""The kit's agreement with what came, and the de-identified export for researchers."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.models import User
from portal.access import person, signed_in
from portal.predictions_page import estimate_text, share_text
from portal.views.statistics import csv_file, question
from referral.errors import AccessError, FactError
from referral.statistics import scope
from referral.statistics.export import HEADER, export, may_export
from referral.statistics.kit import KitRecord, Site, kit_record, ward_names
from referral.statistics.scope import Wanted
from scoring.research.agreement import Agreement


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def research(request: HttpRequest) -> HttpResponseBase:
    """GET shows, POST downloads: taking the cohort out is an act that is kept on the audit trail."""
    user, now = person(request), clock.now()
    if not scope.may_count(user):
        raise Http404
    raw = request.POST if request.method == "POST" else request.GET
    wanted, wrong = question(user, raw.dict(), now)
    if not scope.sees_all(user, wanted.network):
        raise Http404
    status = 422 if wrong else 200
    if request.method == "POST" and not wrong:
        try:
            return csv_file(request, "cohort.csv", HEADER, export(user, wanted, now=now))
        except FactError as error:
            status, wrong = 422, {"since": error.rows[0][2]}
        except AccessError:
            status, wrong = 403, {"export": NOT_YOURS}
    return render(request, "portal/statistics/research.html", _context(user, wanted, wrong), status=status)


NOT_YOURS = gettext_lazy(
    "The export is for researchers of this network. Ask its administrator for that role."
)


def _context(user: User, wanted: Wanted, wrong: dict[str, Any]) -> dict[str, Any]:
    found = kit_record(scope.rows(user, wanted), hides_small=wanted.hides_small)
    return {
        "sees_all": True,
        "wanted": wanted,
        "wrong": wrong,
        "networks": scope.networks(user),
        "found": found,
        "kit": _rows(found, wanted),
        "left_out": _left_out(found),
        "may_export": may_export(user, wanted),
        "columns": HEADER,
    }


def _rows(found: KitRecord, wanted: Wanted) -> list[tuple[str, list[str] | None]]:
    """A named row of figures for all results, each ward and each lot; None where too few to be shown."""
    wards = ward_names(found, wanted)
    return [
        (_("all results"), _figures(found.whole)),
        *((wards[site.key], _figures(site.agreement)) for site in found.wards),
        *((_lot(site), _figures(site.agreement)) for site in found.lots),
    ]


def _lot(site: Site) -> str:
    return _("lot %(lot)s") % {"lot": site.key}


def _figures(found: Agreement | None) -> list[str] | None:
    if found is None:
        return None
    cells = (found.true_positive, found.false_positive, found.false_negative, found.true_negative)
    shares = (
        *(found.sensitivity, found.specificity),
        *(found.positive_predictive_value, found.negative_predictive_value),
    )
    return [*map(str, cells), *map(share_text, shares), estimate_text(found.kappa)]


def _left_out(found: KitRecord) -> list[tuple[str, int | None]]:
    return [
        (_("indeterminate"), found.indeterminate),
        (_("organ failure at sampling, beside the kit's purpose"), found.beside_purpose),
        (_("organ failure within 28 days not known"), found.unknown),
    ]
