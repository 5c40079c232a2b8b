"""Which models are installed, in force and in shadow, as rows and as pure models."""

from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q, QuerySet

from scoring.modelfile import default_model, model_from_document, shipped_models
from scoring.models import RiskModelVersion
from scoring.riskmodel import RiskModel

DECIDED = """
SELECT installed.id, installed.name, installed.version, installed.status, installed.checksum,
    max(event.id) FILTER (WHERE event.kind = 'activated') AS activated,
    max(event.id) FILTER (WHERE event.kind = 'shadow_started') AS shadow_started,
    max(event.id) FILTER (WHERE event.kind = 'shadow_ended') AS shadow_ended
FROM scoring_riskmodelversion AS installed
LEFT JOIN scoring_modelevent AS event ON event.model_id = installed.id
GROUP BY installed.id
ORDER BY installed.name, installed.version
"""
"""The models without their files, each with its latest decisions."""


@dataclass(frozen=True, slots=True)
class ModelsInUse:
    """The rows of the model in force and of those that score in shadow beside it, the last begun first."""

    active: RiskModelVersion
    shadow: tuple[RiskModelVersion, ...]


def models_in_use() -> ModelsInUse:
    """What every new result is scored with, in one query.

    In force is the model last activated, or the newest that is shipped while none ever was; it is never
    among those in shadow.
    """
    rows: list[Any] = list(RiskModelVersion.objects.raw(DECIDED))
    activated = [row for row in rows if row.activated]
    shipped = [row for row in rows if row.checksum == default_model().checksum]
    active = max(activated, key=attrgetter("activated"), default=next(iter(shipped), None))
    if active is None:
        raise ImproperlyConfigured("The shipped risk model is not in the database. Run manage.py migrate.")
    begun = [row for row in rows if (row.shadow_started or 0) > (row.shadow_ended or 0) and row != active]
    return ModelsInUse(active, tuple(sorted(begun, key=attrgetter("shadow_started"), reverse=True)))


def active_model() -> RiskModel:
    """The model in force."""
    return to_model(active_version())


def active_version() -> RiskModelVersion:
    """The row of the model in force."""
    return models_in_use().active


def shadow_versions() -> list[RiskModelVersion]:
    """The rows of the models in shadow; the active one is never among them."""
    return list(models_in_use().shadow)


def find_version(name: str) -> RiskModelVersion | None:
    """An installed model by name (its newest version), by name and version, or by checksum."""
    stem, _, number = name.rpartition("-")
    named = Q(name=name) | Q(checksum=name)
    if stem and number.isdecimal():
        named |= Q(name=stem, version=int(number))
    return RiskModelVersion.objects.filter(named).order_by("-version").first()


def installed_versions() -> QuerySet[RiskModelVersion]:
    """Every installed model, those that are shipped among them."""
    return RiskModelVersion.objects.defer("document")


def to_model(version: RiskModelVersion) -> RiskModel:
    """The pure model of a row, read and verified once per process."""
    return _of_content(version.checksum)


@lru_cache(maxsize=32)
def _of_content(checksum: str) -> RiskModel:
    """The model with this checksum: the content is the same wherever it is read."""
    for model in shipped_models():
        if model.checksum == checksum:
            return model
    document = RiskModelVersion.objects.values_list("document", flat=True).get(checksum=checksum)
    return model_from_document(document)
