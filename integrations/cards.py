"""Cards that patient records were given over CDS Hooks, and what their readers did with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from integrations.models import AdviceCard, Integration


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of one card: `outcome` is a value of AdviceCard.Outcome, `reason` a code or empty."""

    card: UUID
    outcome: str
    reason: str
    comment: str


def keep(*, pk: UUID, integration: Integration, service: str, indicator: str, now: datetime) -> None:
    AdviceCard.objects.create(
        pk=pk, integration=integration, service=service, indicator=indicator, given_at=now
    )


@transaction.atomic
def settle(*, integration: Integration, service: str, rows: Sequence[Feedback], now: datetime) -> list[UUID]:
    """Write what was said of cards; the last word counts. Returns ids that are no card of this system."""
    own = AdviceCard.objects.select_for_update().filter(integration=integration, service=service)
    cards = own.in_bulk([row.card for row in rows])
    for row in rows:
        if card := cards.get(row.card):
            card.outcome, card.override_reason = row.outcome, row.reason
            card.comment, card.outcome_at = row.comment or None, now
            card.save(update_fields=["outcome", "override_reason", "comment", "outcome_at"])
    return [row.card for row in rows if row.card not in cards]


def counts(integration: Integration) -> dict[str, int]:
    """How many cards were given, how many were accepted and overridden."""
    outcome = AdviceCard.Outcome
    return AdviceCard.objects.filter(integration=integration).aggregate(
        given=Count("pk"),
        accepted=Count("pk", filter=Q(outcome=outcome.ACCEPTED)),
        overridden=Count("pk", filter=Q(outcome=outcome.OVERRIDDEN)),
    )


def override_reasons(integration: Integration) -> dict[str, int]:
    """How often each reason was given."""
    rows = AdviceCard.objects.filter(integration=integration).exclude(override_reason="")
    return dict(rows.values_list("override_reason").annotate(number=Count("pk")).order_by("override_reason"))
