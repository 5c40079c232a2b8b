"""The verbs of model governance: install, activate, run in shadow. Each is one transaction with its event."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from scoring.evaluation import Evaluation, evaluate
from scoring.modelfile import parse_model, shipped_models
from scoring.models import ModelEvent, RiskModelVersion, ShadowScore
from scoring.reading import Reading
from scoring.riskmodel import RiskModel
from scoring.selectors import active_version, find_version, shadow_versions, to_model


class GovernanceError(ValueError):
    """A decision about a model that cannot be taken; the message says what to do."""


@transaction.atomic
def install_model(*, text: str, actor: User | None, reason: str, now: datetime) -> RiskModelVersion:
    """Keep a model file for later use; it is not in force yet. Installing the same file again changes
    nothing.

    Raises ModelFileError for a malformed or altered file, GovernanceError if another file bears its name and
    version or the reason is empty.
    """
    return _keep(parse_model(text), actor=actor, reason=reason, now=now)


@transaction.atomic
def install_shipped_models(*, now: datetime) -> None:
    """Keep the files that come with the product, so that no result can outlive the model that made it.

    Raises GovernanceError if one of them was changed after it was kept without a higher version.
    """
    for model in shipped_models():
        _keep(model, actor=None, reason="shipped with the product", now=now)


def _keep(model: RiskModel, *, actor: User | None, reason: str, now: datetime) -> RiskModelVersion:
    version, created = RiskModelVersion.objects.get_or_create(
        name=model.name,
        version=model.version,
        defaults={"status": model.status, "checksum": model.checksum, "document": dict(model.document)},
    )
    if version.checksum != model.checksum:
        raise GovernanceError(
            _("Another file is installed as %(model)s. Give the new file a higher version.")
            % {"model": version}
        )
    if created:
        _decide(version, ModelEvent.Kind.INSTALLED, approved_by="", reason=reason, actor=actor, now=now)
    return version


@transaction.atomic
def activate_model(
    *, name: str, approved_by: str, reason: str, actor: User | None, now: datetime
) -> RiskModelVersion:
    """Put an installed model in force for every new result; old results keep theirs.

    `name` is a model's name (its newest version) or name and version. Raises GovernanceError if it is
    unknown, retired or activated already, or approver or reason is empty.
    """
    version = _known(name)
    if version.status == RiskModelVersion.Status.RETIRED:
        raise GovernanceError(_("%(model)s is retired and cannot be activated.") % {"model": version})
    if version == active_version() and version.events.filter(kind=ModelEvent.Kind.ACTIVATED).exists():
        raise GovernanceError(_("%(model)s is in force already.") % {"model": version})
    _decide(version, ModelEvent.Kind.ACTIVATED, approved_by=approved_by, reason=reason, actor=actor, now=now)
    return version


@transaction.atomic
def set_shadow(
    *, name: str, on: bool, approved_by: str, reason: str, actor: User | None, now: datetime
) -> RiskModelVersion:
    """Let a model score silently beside the active one, or end it.

    Raises GovernanceError if it is unknown, in force itself, does so already, or approver or reason is empty.
    """
    version = _known(name)
    if on and version == active_version():
        raise GovernanceError(
            _("%(model)s is in force. Name another model to run beside it.") % {"model": version}
        )
    if (version in shadow_versions()) is on:
        running = _("%(model)s runs in shadow already.") if on else _("%(model)s does not run in shadow.")
        raise GovernanceError(running % {"model": version})
    kind = ModelEvent.Kind.SHADOW_STARTED if on else ModelEvent.Kind.SHADOW_ENDED
    _decide(version, kind, approved_by=approved_by, reason=reason, actor=actor, now=now)
    return version


def score_in_shadow(
    versions: Iterable[RiskModelVersion],
    *,
    reading: Reading,
    active: Evaluation,
    subject: UUID,
    now: datetime,
) -> list[ShadowScore]:
    """Keep what each of `versions` says of what the active model just scored, same threshold."""
    scores = []
    for version in versions:
        shadow = evaluate(reading, model=to_model(version), threshold=active.threshold)
        scores.append(
            ShadowScore(
                subject=subject,
                model=version,
                risk_90d=shadow.risk_90d,
                high_risk=shadow.high_risk,
                active_checksum=active.model_checksum,
                active_risk_90d=active.risk_90d,
                active_high_risk=active.high_risk,
                at=now,
            )
        )
    return ShadowScore.objects.bulk_create(scores)


def _known(name: str) -> RiskModelVersion:
    """The installed model of this name, and no other decision until this one is taken."""
    _one_decision_at_a_time()
    version = find_version(name)
    if version is None:
        raise GovernanceError(_("There is no model “%(name)s”. Install its file first.") % {"name": name})
    return version


def _one_decision_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE scoring_modelevent IN SHARE ROW EXCLUSIVE MODE")


def _decide(
    version: RiskModelVersion,
    kind: ModelEvent.Kind,
    *,
    approved_by: str,
    reason: str,
    actor: User | None,
    now: datetime,
) -> None:
    if not reason.strip():
        raise GovernanceError(_("Give the reason."))
    if kind is not ModelEvent.Kind.INSTALLED and not approved_by.strip():
        raise GovernanceError(_("Say who approved it."))
    ModelEvent.objects.create(
        model=version, kind=kind, approved_by=approved_by.strip(), reason=reason.strip(), actor=actor, at=now
    )
