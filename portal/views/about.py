"""Help, and what stands behind a risk."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.windows import LEVELS, OVER
from referral import worklists
from scoring import DEFAULT_MODEL, RiskModel, texts
from scoring.cards import model_card as card_of
from scoring.inputs import BY_KEY
from scoring.selectors import active_model, find_version, to_model


@signed_in
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """How the pathway works, what the colours mean, whom to call."""
    user = person(request)
    levels = [(level, words) for _limit, level, words in LEVELS]
    context = {
        "levels": [*levels, OVER],
        "wards": worklists.wards_of_networks(user),
        "model": active_model().identifier,
        "now": clock.now(),
    }
    return render(request, "portal/about.html", context)


@signed_in
@require_safe
def model_card(request: HttpRequest, name: str) -> HttpResponse:
    """The card of an installed risk model, by name or by name and version."""
    model = _model(name)
    if model is None:
        raise Http404
    card = card_of(model, language=get_language() or "en")
    context = {
        "card": card,
        "identifier": model.identifier,
        "status": texts.MODEL_STATUS.get(model.status, model.status),
        "is_provisional": model.status == "provisional",
        "terms": [
            (
                texts.label(term.input),
                texts.unit_text(term.unit),
                texts.CERTAINTY[term.certainty],
                term,
                [card.sources.index(source) + 1 for source in term.sources],
            )
            for term in card.terms
        ],
        "ranges": [
            (
                texts.label(BY_KEY[key].name),
                texts.value_text(key, low),
                texts.value_text(key, high),
                texts.value_text(key, card.reference[key]),
            )
            for key, (low, high) in card.validity.items()
        ],
        "marginals": [
            (texts.label(BY_KEY[key].name), texts.unit_text(BY_KEY[key].unit), words)
            for key, words in card.calibration.get("marginals", {}).items()
            if key in BY_KEY
        ],
        "loads": [(texts.risk_text(at), texts.risk_text(share)) for at, share in card.expected_load.items()],
    }
    return render(request, "portal/model_card.html", context)


def _model(name: str) -> RiskModel | None:
    version = find_version(name)
    if version is not None:
        return to_model(version)
    return DEFAULT_MODEL if name in (DEFAULT_MODEL.name, DEFAULT_MODEL.identifier) else None
