"""Administrators connect a hospital system, and see what it sent."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEntry, Network
from integrations import messages
from integrations.keys import KeysError, read_keys
from integrations.models import EventSubscription, Integration
from integrations.scopes import letters_of, narrowed
from notifications.models import Notification
from referral.pathway.vocabulary import Audience
from tests.fhir.conftest import KEY, integrate, public_jwk
from tests.world import World, build

ADD = "admin:integrations_integration_add"
CHANGE = "admin:integrations_integration_change"


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def administrator(world: World, client: Client) -> Client:
    world.administrator.is_staff, world.administrator.language = True, "en"
    world.administrator.save()
    client.force_login(world.administrator)
    return client


def form(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "name": "EMR",
        "kind": "records",
        "hospital": world.hospital.pk,
        "ward": "",
        "responsible": world.doctor.pk,
        "pasted_keys": json.dumps({"keys": [public_jwk()]}),
        "typed_scopes": "system/*.rs",
        "typed_addresses": "10.20.0.0/16",
        "is_active": "on",
        **changes,
    }


def test_a_system_is_connected_with_an_account_of_its_own(world: World, administrator: Client) -> None:
    answer = administrator.post(reverse(ADD), form(world))
    assert answer.status_code == 302
    row = Integration.objects.get()
    assert row.account.is_program
    assert row.account.access.refers_for == {world.hospital.pk}
    assert row.addresses == ["10.20.0.0/16"]
    assert AuditEntry.objects.filter(action="add_integration", network=world.network).exists()


def test_a_system_of_a_ward_answers_for_that_ward_only(world: World, administrator: Client) -> None:
    hospital = world.ward.hospital
    administrator.post(reverse(ADD), form(world, hospital=hospital.pk, ward=world.ward.pk))
    access = Integration.objects.get().account.access
    assert access.treats_at == {world.ward.pk}
    assert not access.refers_for


def test_a_changed_place_moves_the_role(world: World) -> None:
    from integrations.counterparts import save_integration

    row = integrate(world.hospital, world.doctor)
    row.hospital, row.ward = world.ward.hospital, world.ward
    save_integration(integration=row, now=clock.now())
    fresh = Integration.objects.get().account
    assert (fresh.access.treats_at, fresh.access.refers_for) == ({world.ward.pk}, frozenset())


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"pasted_keys": "hello"}, "pasted_keys", "JWK Set"),
        ({"pasted_keys": "{}"}, "pasted_keys", "RSA"),
        ({"pasted_keys": json.dumps({**public_jwk(), "d": "x"})}, "pasted_keys", "private key"),
        ({"typed_scopes": "user/*.read"}, "typed_scopes", "user/*.read"),
        ({"typed_addresses": "10.0.0.1/8"}, "typed_addresses", "10.0.0.1/8"),
        ({"name": ""}, "name", "required"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(
    world: World, administrator: Client, changes: dict[str, str], field: str, words: str
) -> None:
    answer = administrator.post(reverse(ADD), form(world, **changes), headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert words in str(answer.context["adminform"].form.errors[field]) or field == "name"
    assert not Integration.objects.exists()


def test_a_ward_of_another_hospital_is_refused(world: World, administrator: Client) -> None:
    answer = administrator.post(reverse(ADD), form(world, ward=world.ward.pk))
    assert "ward" in answer.context["adminform"].form.errors


def test_the_page_shows_the_last_messages_and_the_log_no_content(world: World, administrator: Client) -> None:
    row = integrate(world.hospital, world.doctor)
    messages.log(
        integration=row,
        interface="fhir",
        what="POST Bundle",
        status=422,
        reason="invalid",
        address=None,
        now=clock.now(),
        sent="测试甲",
    )
    page = administrator.get(reverse(CHANGE, args=[row.pk])).content.decode()
    log = administrator.get(reverse("admin:integrations_exchangedmessage_changelist")).content.decode()
    assert "POST Bundle · 422 invalid" in page
    assert "POST Bundle" in log
    assert "测试甲" not in page + log


def test_what_nobody_connected_sent_is_shown_to_who_administers_the_only_network(
    world: World, administrator: Client
) -> None:
    messages.log(
        integration=None,
        interface="hl7",
        what="ORU^R01",
        status=401,
        reason="sender_unknown",
        address=None,
        now=clock.now(),
    )
    where = reverse("admin:integrations_exchangedmessage_changelist")
    assert "sender_unknown" in administrator.get(where).content.decode()
    Network.objects.create(name_zh="练习", is_practice=True)
    assert "sender_unknown" in administrator.get(where).content.decode()
    Network.objects.create(name_zh="别的网络")
    assert "sender_unknown" not in administrator.get(where).content.decode()


def test_nobody_alerts_a_program_and_no_duty_list_names_it(world: World) -> None:
    from accounts.duty import people_of_ward
    from referral.alerts.recipients import Directory

    program = integrate(world.ward.hospital, world.lead, world.ward).account
    refers = integrate(world.hospital, world.doctor).account
    case = world.accepted()
    directory = Directory(clock.now(), [case])
    everyone = directory.at(frozenset(Audience.values), case, case.ward)[0]
    assert not everyone & {program.pk, refers.pk}
    assert program not in people_of_ward(world.ward)
    assert not Notification.objects.filter(recipient__in=[program, refers]).exists()


def test_keys_are_read_from_pem_and_kept_without_what_is_not_needed() -> None:
    from cryptography.hazmat.primitives import serialization as s

    pem = KEY.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo).decode()
    (key,) = read_keys(pem)["keys"]
    assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-384", "ES384")
    private = KEY.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode()
    with pytest.raises(KeysError, match="private"):
        read_keys(private)


@pytest.mark.parametrize(
    ("asked", "given", "result"),
    [
        (["system/*.read"], ["system/*.cruds"], ["system/*.rs"]),
        (["system/Task.u"], ["system/*.rs"], []),
        (["system/*.rs"], ["system/Task.rus", "system/Patient.r"], ["system/Patient.r", "system/Task.rs"]),
        (["system/Task.*"], ["system/Task.u"], ["system/Task.u"]),
        (["launch", "system/.rs", "system/Task.sr"], ["system/*.cruds"], []),
    ],
)
def test_scopes_are_never_wider_than_given(asked: list[str], given: list[str], result: list[str]) -> None:
    assert narrowed(asked, given) == result


def test_a_scope_without_letters_is_none() -> None:
    assert letters_of("system/Task.") is None


def test_the_page_of_a_system_and_of_operations_say_what_is_not_taken(
    world: World, administrator: Client
) -> None:
    row = integrate(world.hospital, world.doctor)
    now = clock.now()
    EventSubscription.objects.create(
        integration=row,
        status="error",
        criteria="Task?status=requested",
        endpoint="https://his.hospital.example/a-secret-path",
        payload="id-only",
        created_at=now,
        updated_at=now,
        next_at=now,
        failing_since=now,
        last_error="HTTP 503",
    )
    for address in (reverse(CHANGE, args=[row.pk]), reverse("portal:operations")):
        page = administrator.get(address).content.decode()
        assert "Task?status=requested" in page
        assert "HTTP 503" in page
        assert "a-secret-path" not in page
