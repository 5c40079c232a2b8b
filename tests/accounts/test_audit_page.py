"""Who may read which lines of the audit trail, and in what words."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts import audit
from accounts.audit_admin import ACTIONS, CHANGES, action_in_words, subject_in_words
from accounts.models import AuditEntry, Hospital, Membership, Network, Role, User
from referral.queries import cases
from tests.accounts.test_administration import administrator
from tests.world import NOW, World

__all__ = ["administrator"]

ROOT = Path(__file__).resolve().parent.parent.parent
TRAIL = "admin:accounts_auditentry_changelist"
CODES = re.compile(
    r'(?:\bact(?:ion)?="|(?:_record|record|_audit|audit_meeting)\((?:request, |token, )?")([a-z_]+)"'
)


@pytest.fixture
def stranger(world: World) -> User:
    """A doctor of another network."""
    network = Network.objects.create(name_zh="别的网络")
    hospital = Hospital.objects.create(network=network, name_zh="外院", level="primary")
    user = User.objects.create_user("stranger@test.example", name="stranger")
    Membership.objects.create(user=user, role=Role.REFERRING_CLINICIAN, hospital=hospital)
    return user


def shown(client: Client, **query: str) -> list[str]:
    return [entry.action for entry in client.get(reverse(TRAIL), query).context["cl"].result_list]


def test_an_administrator_reads_what_concerns_the_network(
    administrator: User, world: World, client: Client
) -> None:
    case = world.flagged()
    cases.read_case(world.doctor, case.pk, now=NOW)
    assert shown(client, q=str(case.pk)) == ["read"]
    assert shown(client, q=world.doctor.email) == ["read"]
    assert shown(client, q=str(case.pk), done="list") == []


def test_times_are_those_of_the_clock_on_the_wall(administrator: User, world: World, client: Client) -> None:
    cases.read_case(world.doctor, world.flagged().pk, now=NOW)
    entry = AuditEntry.objects.filter(action="read").latest("at")
    wall = entry.at.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%H:%M")
    page = reverse("admin:accounts_auditentry_change", args=[entry.pk])
    for response in (client.get(reverse(TRAIL), {"done": "read"}), client.get(page)):
        assert wall in response.content.decode()


def test_what_concerns_another_network_does_not_exist_for_them(
    administrator: User, world: World, stranger: User, client: Client
) -> None:
    network = stranger.memberships.get().network_id
    audit.record(
        actor=stranger, action="close_ward", subject_type="ward", subject_id="x", now=NOW, network=network
    )
    audit.record(
        actor=stranger, action="create_access_token", subject_type="access_token", subject_id="y", now=NOW
    )
    audit.record(
        actor=world.doctor, action="close_ward", subject_type="ward", subject_id="z", now=NOW, network=network
    )
    audit.record(actor=None, action="close_ward", subject_type="ward", subject_id="w", now=NOW)
    assert shown(client) == []
    entry = audit.record(actor=stranger, action="read", subject_type="case", subject_id="c", now=NOW)
    assert client.get(reverse("admin:accounts_auditentry_change", args=[entry.pk])).status_code == 302


def test_who_belongs_to_two_networks_is_read_in_each_by_its_own_matters_only(
    administrator: User, world: World, stranger: User, client: Client
) -> None:
    Membership.objects.create(user=stranger, role=Role.COORDINATOR, network=world.network)
    audit.record(
        actor=stranger, action="create_access_token", subject_type="access_token", subject_id="y", now=NOW
    )
    audit.record(
        actor=stranger, action="list", subject_type="case", subject_id="", now=NOW, network=world.network.pk
    )
    assert shown(client) == ["list"]


def test_a_superuser_reads_everything(world: World, stranger: User, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root@test.example", name="root"))
    audit.record(
        actor=stranger, action="create_access_token", subject_type="access_token", subject_id="y", now=NOW
    )
    assert shown(client) == ["create_access_token"]


@pytest.mark.parametrize("who", ["doctor", "lead", "coordinator", "researcher"])
def test_nobody_else_opens_the_trail(world: World, client: Client, who: str) -> None:
    user = getattr(world, who)
    user.is_staff = True
    user.save()
    client.force_login(user)
    assert client.get(reverse(TRAIL)).status_code == 403


def test_every_action_that_is_recorded_has_its_words() -> None:
    rooms = (
        "accounts",
        "api",
        "fhir",
        "files",
        "integrations",
        "labs",
        "notifications",
        "portal",
        "referral",
        "scoring",
    )
    files = [file for room in rooms for file in (ROOT / room).rglob("*.py") if "migrations" not in file.parts]
    codes = {code for file in files if "audit" in (text := file.read_text()) for code in CODES.findall(text)}
    assert {"read", "publish_policy", "create_access_token", "swap_duty"} <= codes
    assert codes <= ACTIONS.keys()
    assert action_in_words("change_hospital") == CHANGES["change"] % {"what": Hospital._meta.verbose_name}
    assert action_in_words("something_else") == "something_else"


@pytest.mark.parametrize(
    ("code", "words"), [("case", "病例"), ("access_token", "访问令牌"), ("ward", "病房")]
)
def test_what_a_line_is_about_is_said_in_words(code: str, words: str) -> None:
    with override("zh-hans"):
        assert subject_in_words(code) == words
