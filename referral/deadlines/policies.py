"""A network's rules change by a new version: cases keep the one they began with."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Network, User
from referral.models import PathwayPolicy
from referral.pathway.refusals import AccessError
from referral.policy_editing.checks import contradictions

NOT_IN_THE_PAST = _("The new rules cannot begin in the past. Leave this empty to begin at once.")
GIVE_THE_REASON = _(
    "Say what changed and why. It stands beside the version for everybody who reads it later."
)

IN_FORCE = """
SELECT * FROM referral_pathwaypolicy WHERE network_id = %s AND in_force_from <= %s
ORDER BY version DESC LIMIT 1
"""

RULES = (
    "risk_threshold",
    "late_flag_minutes",
    "reassessments",
    "outcome_grace_days",
    "undo_admission_minutes",
    "beds_hold_minutes",
    "passes_over_full",
    "leading_definition",
    "minutes",
    "ladders",
    "expires_unanswered",
)


def latest_policy(network: Network) -> PathwayPolicy | None:
    """The newest version of `network`, in force already or not."""
    return PathwayPolicy.objects.filter(network=network).order_by("-version").first()


def policy_in_force(network: Network, now: datetime) -> PathwayPolicy | None:
    """The version that a case of `network` begins with at `now`.

    A version replaces every earlier one from its date on, also one that had not begun yet.
    """
    return next(iter(PathwayPolicy.objects.raw(IN_FORCE, [network.pk, now])), None)


@transaction.atomic
def publish_policy(*, draft: PathwayPolicy, actor: User, now: datetime) -> PathwayPolicy:
    """Make `draft` the next version of its network, from `in_force_from` on, or from `now` if that is unset.

    Raises AccessError if `actor` does not administer that network and ValidationError for impossible rules,
    a date in the past, or a change without a reason.
    """
    if not actor.is_superuser and draft.network_id not in actor.access.administers:
        raise AccessError
    # The network's row keeps two administrators from making the same version.
    network = Network.objects.select_for_update().get(pk=draft.network_id)
    before = latest_policy(network)
    draft.version = before.version + 1 if before else 1
    draft.created_at, draft.created_by = now, actor
    draft.in_force_from = draft.in_force_from or now
    check_draft(draft, before=before, now=now)
    draft.save(force_insert=True)
    audit.record(
        actor=actor,
        action="publish_policy",
        subject_type="pathwaypolicy",
        subject_id=draft.pk,
        now=now,
        network=draft.network_id,
        version=draft.version,
        fields=changed_fields(before, draft),
    )
    return draft


def check_draft(draft: PathwayPolicy, *, before: PathwayPolicy | None, now: datetime) -> None:
    """Raise ValidationError naming every field that keeps `draft` from replacing `before` at `now`."""
    faults: dict[str, Any] = {}
    try:
        draft.full_clean()
    except ValidationError as error:
        faults.update(error.error_dict)
    if draft.in_force_from < now:
        faults["in_force_from"] = [ValidationError(NOT_IN_THE_PAST, code="in_the_past")]
    if before is not None and not draft.note.strip():
        faults["note"] = [ValidationError(GIVE_THE_REASON, code="required")]
    if not faults.keys() & {"minutes", "ladders"}:
        faults |= contradictions(draft)
    if faults:
        raise ValidationError(faults)


def changed_fields(before: PathwayPolicy | None, after: PathwayPolicy) -> list[str]:
    """Names of the rules in which two versions differ."""
    return [name for name in RULES if before is None or getattr(before, name) != getattr(after, name)]


def draft_policy(network: Network | None, **changes: Any) -> PathwayPolicy:
    """An unsaved policy with the rules of the newest version of `network`, or the defaults, and `changes`."""
    before = latest_policy(network) if network else None
    return PathwayPolicy(network=network, **{**(rules_of(before) if before else {}), **changes})


def rules_of(policy: PathwayPolicy) -> dict[str, Any]:
    """The rules of a version by name, for another version to begin with."""
    return {name: getattr(policy, name) for name in RULES}
