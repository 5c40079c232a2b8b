"""Which deliveries a carrier means."""

from uuid import UUID

from django.db.models import QuerySet

from notifications.models import Delivery


def deliveries_named(reference: str, own_id: str, channel: str) -> QuerySet[Delivery]:
    """Those of `channel` with the carrier's name `reference` and ours, `own_id`: by all that is given."""
    rows = Delivery.objects.filter(channel=channel).select_related("notification__recipient", "subscription")
    own = _uuid(own_id)
    if own is not None:
        rows = rows.filter(pk=own) | rows.filter(carried_by=own)
        return rows.filter(provider_reference__in=["", reference]) if reference else rows
    return rows.filter(provider_reference=reference) if reference else rows.none()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
