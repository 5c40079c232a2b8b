"""What a new version of a policy changes, in words, so that who publishes it reads what it will do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from accounts.punctuation import joined
from referral.deadlines.ladder_texts import audience_of, length, moment, severity_of, then
from referral.deadlines.ladders import Step
from referral.models import PathwayPolicy
from referral.pathway.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that differs: what it is about, and its words before and after, a line each."""

    rule: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def changes(before: PathwayPolicy | None, after: PathwayPolicy) -> list[Change]:
    """The rules in which `after` differs from `before`, or all of them where there is no version before."""
    old = dict(_in_words(before)) if before else {}
    return [
        Change(rule, old.get(rule, ()), words) for rule, words in _in_words(after) if old.get(rule) != words
    ]


def _in_words(policy: PathwayPolicy) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield _label(policy, "risk_threshold"), (f"{policy.risk_threshold:.4g}",)
    yield _("time for a late flag"), (length(timedelta(minutes=policy.late_flag_minutes)),)
    yield _("time to undo an admission"), (length(policy.time_to_undo),)
    for name in ("reassessments", "outcome_grace_days"):
        yield _label(policy, name), (str(getattr(policy, name)),)
    yield _label(policy, "leading_definition"), (str(policy.get_leading_definition_display()),)
    yield _("time for which a figure of free beds holds"), (length(policy.beds_hold),)
    for name in ("passes_over_full", "expires_unanswered"):
        yield _label(policy, name), (_("yes") if getattr(policy, name) else _("no"),)
    for kind in Kind:
        yield str(kind.label), (length(policy.length(kind)),)
    for kind in Kind:
        steps = tuple(step_in_words(step) for step in policy.steps[kind])
        yield _("alerts of “%(kind)s”") % {"kind": kind.label}, steps


def step_in_words(step: Step) -> str:
    """One rung of a ladder: when, how loudly, whom, and what else happens."""
    words = _("%(when)s: %(severity)s, to %(audience)s") % {
        "when": moment(step),
        "severity": severity_of(step),
        "audience": audience_of(step),
    }
    more = then(step)
    return joined([words, more]) if more else words


def _label(policy: PathwayPolicy, name: str) -> str:
    return str(getattr(policy._meta.get_field(name), "verbose_name", name))
