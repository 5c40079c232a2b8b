"""Services on integrations: the account that one acts as follows its place, and closes with it."""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership, Role
from accounts.programs import new_program
from integrations import subscriptions
from integrations.models import Integration


@transaction.atomic
def save_integration(*, integration: Integration, now: datetime) -> Integration:
    """Keep an integration, new or changed, and give its account the one role that it has."""
    before = Integration.objects.filter(pk=integration.pk).values_list("hospital", "ward").first()
    if integration._state.adding:
        integration.created_at = now
        integration.account = new_program(of=integration.pk, name=integration.name)
    account = integration.account
    account.name, account.is_active = integration.name, integration.is_active
    account.save()
    integration.account = account
    integration.save()
    _settle_role(integration)
    if not integration.is_active:
        integration.tokens.all().delete()
    has_moved = before not in (None, (integration.hospital_id, integration.ward_id))
    subscriptions.end_where_lost(integration, now, has_moved=has_moved)
    return integration


def _settle_role(integration: Integration) -> None:
    """A referring clinician of the hospital, or a specialist of the ward, and nothing else."""
    role = Role.SPECIALIST if integration.ward_id else Role.REFERRING_CLINICIAN
    hospital = None if integration.ward_id else integration.hospital
    held = {"role": role, "hospital": hospital, "ward": integration.ward}
    integration.account.memberships.exclude(**held).delete()
    if not integration.account.memberships.exists():
        Membership.objects.create(user=integration.account, **held)


def may_call_from_page(origin: str) -> bool:
    """Whether an active system names the web pages of this origin."""
    return Integration.objects.filter(is_active=True, origins__contains=[origin]).exists()
