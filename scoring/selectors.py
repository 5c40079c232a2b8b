"""Which models are installed, in force and in shadow, as rows and as pure models."""

from functools import lru_cache
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import F, Max, Q, QuerySet

from scoring.modelfile import default_model, model_from_document, shipped_models
from scoring.models import ModelEvent, RiskModelVersion
from scoring.riskmodel import RiskModel


def active_model() -> RiskModel:
    """The model in force: the one last activated, or the newest that is shipped while none ever was."""
    return to_model(active_version())


def active_version() -> RiskModelVersion:
    """The row of the model in force."""
    activated = Max("events__id", filter=Q(events__kind=ModelEvent.Kind.ACTIVATED))
    version = (
        RiskModelVersion.objects.defer("document")
        .annotate(activated=activated)
        .filter(Q(activated__isnull=False) | Q(checksum=default_model().checksum))
        .order_by(F("activated").desc(nulls_last=True))
        .first()
    )
    if version is None:
        raise ImproperlyConfigured("The shipped risk model is not in the database. Run manage.py migrate.")
    return version


def shadow_versions() -> list[RiskModelVersion]:
    """The rows of the models in shadow; the active one is never among them."""
    latest: dict[UUID, ModelEvent] = {}
    for event in _decisions(ModelEvent.Kind.SHADOW_STARTED, ModelEvent.Kind.SHADOW_ENDED):
        latest.setdefault(event.model_id, event)
    begun = [event.model for event in latest.values() if event.kind == ModelEvent.Kind.SHADOW_STARTED]
    in_force = active_version() if begun else None
    return [model for model in begun if model != in_force]


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


def _decisions(*kinds: ModelEvent.Kind) -> QuerySet[ModelEvent]:
    return (
        ModelEvent.objects.filter(kind__in=kinds)
        .select_related("model")
        .order_by("-id")
        .defer("model__document")
    )
