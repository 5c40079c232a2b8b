"""A network's rules change by a new version: cases keep the one they began with."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import Network, User
from referral.errors import AccessError
from referral.models import PathwayPolicy


def latest_policy(network: Network) -> PathwayPolicy | None:
    """The version that new cases of `network` begin with."""
    return PathwayPolicy.objects.filter(network=network).order_by("-version").first()


@transaction.atomic
def publish_policy(*, draft: PathwayPolicy, actor: User, now: datetime) -> PathwayPolicy:
    """Put `draft` into force as the next version of its network.

    Raises AccessError if `actor` does not administer that network and ValidationError for impossible rules.
    """
    if not actor.is_superuser and draft.network_id not in actor.standing.administers:
        raise AccessError
    # The network's row keeps two administrators from making the same version.
    network = Network.objects.select_for_update().get(pk=draft.network_id)
    before = latest_policy(network)
    draft.version = before.version + 1 if before else 1
    draft.created_at, draft.created_by = now, actor
    draft.full_clean()
    draft.save(force_insert=True)
    audit.record(
        actor=actor,
        action="publish_policy",
        subject_type="pathwaypolicy",
        subject_id=draft.pk,
        now=now,
        version=draft.version,
        fields=changed_fields(before, draft),
    )
    return draft


def changed_fields(before: PathwayPolicy | None, after: PathwayPolicy) -> list[str]:
    """Names of the rules in which two versions differ."""
    return [name for name in RULES if before is None or getattr(before, name) != getattr(after, name)]


RULES = (
    "risk_threshold",
    "late_flag_minutes",
    "reassessments",
    "outcome_grace_days",
    "minutes",
    "ladders",
    "expires_unanswered",
)


def draft_policy(network: Network | None, **changes: Any) -> PathwayPolicy:
    """An unsaved policy with the rules in force in `network`, or the defaults, and `changes`."""
    before = latest_policy(network) if network else None
    rules = {name: getattr(before, name) for name in RULES} if before else {}
    return PathwayPolicy(network=network, **{**rules, **changes})
