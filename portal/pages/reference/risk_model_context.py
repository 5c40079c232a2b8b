"""A risk model's card in the reader's words."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from scoring import RiskModel, texts
from scoring.cards import ModelCard, model_card
from scoring.inputs import BY_KEY
from scoring.issues import plain_number

FITTED: Mapping[str, str | Promise] = {
    "patients": _("Patients with all inputs"),
    "events_by_horizon": _("End points within 90 days"),
    "apparent_c": _("C index on the same patients"),
    "corrected_c": _("C index, corrected for optimism"),
    "corrected_slope": _("Calibration slope, corrected for optimism"),
    "bootstrap_resamples": _("Bootstrap resamples"),
}
"""What is shown of how a model was fitted, by its name in the file."""


def card_of(model: RiskModel) -> dict[str, Any]:
    """What the card page shows of a model."""
    card = model_card(model, language=get_language() or "en")
    return {
        "card": card,
        "identifier": model.identifier,
        "status": texts.MODEL_STATUS.get(model.status, model.status),
        "is_provisional": model.status == "provisional",
        "has_splines": any(term.kind == "spline" for term in model.terms),
        "terms": _terms(card),
        "ranges": _ranges(card),
        "marginals": [
            (texts.label(BY_KEY[key].name), texts.unit_text(BY_KEY[key].unit), words)
            for key, words in card.calibration.get("marginals", {}).items()
            if key in BY_KEY
        ],
        "fitted": [
            (label, plain_number(card.fit[name]))
            for name, label in FITTED.items()
            if isinstance(card.fit.get(name), int | float)
        ],
        "loads": [(texts.risk_text(at), texts.risk_text(share)) for at, share in card.expected_load.items()],
    }


def _terms(card: ModelCard) -> list[tuple[Any, ...]]:
    return [
        (
            texts.label(term.input),
            texts.unit_text(term.unit),
            texts.CERTAINTY[term.certainty],
            term,
            [card.sources.index(source) + 1 for source in term.sources],
        )
        for term in card.terms
    ]


def _ranges(card: ModelCard) -> list[tuple[str, ...]]:
    return [
        (
            texts.label(BY_KEY[key].name),
            texts.value_text(key, low),
            texts.value_text(key, high),
            texts.value_text(key, card.reference[key]),
        )
        for key, (low, high) in card.validity.items()
    ]
