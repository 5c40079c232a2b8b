"""The administration: places, people and duty of one's own networks, each change on the audit trail."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import (
    AuditEntry,
    DutyShift,
    Hospital,
    Membership,
    Network,
    Role,
    User,
    Ward,
)
from tests.accounts.filled_forms import values_of
from tests.world import World

PAGES = ["network", "hospital", "ward", "user"]


@pytest.fixture
def administrator(world: World, client: Client) -> User:
    user = world.administrator
    user.is_staff = True
    user.save()
    client.force_login(user)
    return user


@pytest.fixture
def superuser(world: World, client: Client) -> User:
    user = User.objects.create_superuser("root@test.example", name="root")
    client.force_login(user)
    return user


@pytest.fixture
def stranger(world: World) -> Ward:
    """A ward of another network."""
    network = Network.objects.create(name_zh="别的网络")
    hospital = Hospital.objects.create(network=network, name_zh="外院", level="tertiary")
    return Ward.objects.create(hospital=hospital, name_zh="外院病房", phone="1", beds=1)


def page(model: str, row: Any = None) -> str:
    name = f"admin:accounts_{model}_{'change' if row else 'add'}"
    return reverse(name, args=[row.pk] if row else [])


def filled(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the form at `address`, with `changes`."""
    return values_of(client.get(address).content.decode()) | changes


def trail(action: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=action))


@pytest.mark.parametrize("model", PAGES)
def test_an_administrator_opens_every_list_and_page_of_the_own_network(
    administrator: User, world: World, client: Client, model: str
) -> None:
    row = {"network": world.network, "hospital": world.hospital, "ward": world.ward, "user": world.doctor}
    assert client.get(reverse(f"admin:accounts_{model}_changelist")).status_code == 200
    assert client.get(page(model, row[model])).status_code == 200


@pytest.mark.parametrize("model", PAGES)
@pytest.mark.parametrize("who", ["doctor", "lead", "coordinator", "researcher"])
def test_staff_who_administer_nothing_get_nowhere(world: World, client: Client, model: str, who: str) -> None:
    user = getattr(world, who)
    user.is_staff = True
    user.save()
    client.force_login(user)
    assert client.get(reverse(f"admin:accounts_{model}_changelist")).status_code == 403
    assert client.get(page(model)).status_code == 403


def test_who_is_no_staff_does_not_get_in_even_as_an_administrator(world: World, client: Client) -> None:
    client.force_login(world.administrator)
    assert client.get(reverse("admin:index")).status_code in (302, 403)


def test_nothing_of_patients_is_here(superuser: User, client: Client) -> None:
    models = {
        model["object_name"]
        for app in client.get(reverse("admin:index")).context["app_list"]
        for model in app["models"]
    }
    assert not models & {"Patient", "Case", "Assessment", "Event", "Message", "Indicators", "Notification"}
    assert {"Hospital", "Ward", "User", "PathwayPolicy", "AuditEntry"} <= models


def test_the_tables_of_the_sign_in_library_are_not_here(superuser: User, client: Client) -> None:
    labels = {app["app_label"] for app in client.get(reverse("admin:index")).context["app_list"]}
    assert not labels & {"account", "mfa", "socialaccount"}
    assert client.get("/admin/mfa/authenticator/").status_code == 404


def test_other_networks_do_not_exist_for_an_administrator(
    administrator: User, stranger: Ward, client: Client
) -> None:
    listed = client.get(reverse("admin:accounts_ward_changelist")).content.decode()
    assert "外院病房" not in listed
    assert client.get(page("ward", stranger)).status_code == 302
    assert client.get(page("hospital", stranger.hospital)).status_code == 302
    assert client.get(page("network", stranger.hospital.network)).status_code == 302
    offered = client.get(page("ward")).context["adminform"].form.fields["hospital"].queryset
    assert stranger.hospital not in offered


def test_a_place_of_another_network_is_refused_when_it_is_sent_anyway(
    administrator: User, world: World, stranger: Ward, client: Client
) -> None:
    answer = client.post(
        page("hospital"),
        {
            "network": stranger.hospital.network.pk,
            "name_zh": "新院",
            "level": "primary",
            "zone": "Asia/Shanghai",
            "catchments-TOTAL_FORMS": 0,
            "catchments-INITIAL_FORMS": 0,
        },
    )
    assert answer.status_code == 200
    assert not Hospital.objects.filter(name_zh="新院").exists()


def test_a_change_stands_on_the_trail_by_field_name_and_without_values(
    administrator: User, world: World, client: Client
) -> None:
    data = filled(client, page("hospital", world.hospital), phone="020-9999")
    assert client.post(page("hospital", world.hospital), data).status_code == 302
    [entry] = trail("change_hospital")
    assert (entry.actor, entry.subject_id, entry.detail) == (
        administrator, str(world.hospital.pk), {"fields": ["phone"]}
    )  # fmt: skip
    assert "020-9999" not in str(entry.detail)


def test_a_page_saved_without_a_change_leaves_no_line(
    administrator: User, world: World, client: Client
) -> None:
    client.post(page("hospital", world.hospital), filled(client, page("hospital", world.hospital)))
    assert not AuditEntry.objects.exists()


def test_the_order_of_two_wards_can_be_turned_round(
    administrator: User, world: World, client: Client
) -> None:
    address = page("hospital", world.hospital)
    data = filled(client, address, **{"catchments-0-rank": 2, "catchments-1-rank": 1})
    assert client.post(address, data).status_code == 302
    order = world.hospital.catchments.order_by("rank").values_list("ward", flat=True)
    assert list(order) == [world.second_ward.pk, world.ward.pk]
    assert len(trail("change_catchment")) == 2


def test_two_wards_cannot_be_asked_first(administrator: User, world: World, client: Client) -> None:
    address = page("hospital", world.hospital)
    answer = client.post(address, filled(client, address, **{"catchments-1-rank": 1}))
    assert answer.status_code == 200
    assert world.hospital.catchments.filter(rank=1).count() == 1


def test_a_ward_that_is_asked_no_more_is_on_the_trail_with_the_key_it_had(
    administrator: User, world: World, client: Client
) -> None:
    address, row = page("hospital", world.hospital), world.hospital.catchments.get(rank=2)
    client.post(address, filled(client, address, **{"catchments-1-DELETE": "on"}))
    assert not world.hospital.catchments.filter(rank=2).exists()
    assert [entry.subject_id for entry in trail("delete_catchment")] == [str(row.pk)]


def test_a_catchment_without_a_ward_is_asked_for_one(
    administrator: User, world: World, client: Client
) -> None:
    address = page("hospital", world.hospital)
    new = {"catchments-TOTAL_FORMS": 3, "catchments-2-rank": 3, "catchments-2-hospital": world.hospital.pk}
    answer = client.post(address, filled(client, address, **new))
    assert answer.status_code == 200
    assert "ward" in answer.context["inline_admin_formsets"][0].formset.errors[2]


def test_nothing_can_be_deleted_that_others_refer_to(superuser: User, world: World, client: Client) -> None:
    for model, row in (("hospital", world.hospital), ("ward", world.ward), ("user", world.doctor)):
        assert client.post(reverse(f"admin:accounts_{model}_delete", args=[row.pk])).status_code == 403


def test_a_wards_page_says_who_is_on_duty_who_is_next_and_when_nobody_is(
    administrator: User, world: World, client: Client
) -> None:
    text = client.get(page("ward", world.ward)).content.decode()
    assert "specialist" in text
    world.ward.shifts.all().delete()
    fields = client.get(page("ward", world.ward)).content.decode()
    assert len(re.findall("<div>.* – .*</div>", fields)) == 1


def test_duty_is_given_to_the_wards_own_people(administrator: User, world: World, client: Client) -> None:
    address = page("ward", world.ward)
    new = {
        "shifts-TOTAL_FORMS": 8,
        "shifts-7-ward": world.ward.pk,
        "shifts-7-weekday": 0,
        "shifts-7-starts": "08:00",
        "shifts-7-ends": "18:00",
    }
    for user, made in ((world.second_specialist, False), (world.lead, True)):
        client.post(address, filled(client, address, **new, **{"shifts-7-user": user.pk}))
        assert DutyShift.objects.filter(ward=world.ward, user=user).exists() is made
    assert len(trail("add_dutyshift")) == 1


def test_an_override_is_typed_on_the_clock_of_the_wards_wall(
    administrator: User, world: World, client: Client
) -> None:
    address = page("ward", world.ward)
    new = {
        "duty_overrides-TOTAL_FORMS": 1,
        "duty_overrides-0-ward": world.ward.pk,
        "duty_overrides-0-user": world.lead.pk,
        "duty_overrides-0-is_on": "on",
        "duty_overrides-0-starts_at_0": "2026-05-18",
        "duty_overrides-0-starts_at_1": "08:00",
        "duty_overrides-0-ends_at_0": "2026-05-18",
        "duty_overrides-0-ends_at_1": "20:00",
    }
    assert client.post(address, filled(client, address, **new)).status_code == 302
    assert world.ward.duty_overrides.get().starts_at.isoformat() == "2026-05-18T00:00:00+00:00"


def new_person(client: Client, **changes: Any) -> Any:
    return client.post(
        page("user"),
        {
            "email": "New@Test.Example",
            "name": "new",
            "language": "en",
            "is_active": "on",
            "memberships-TOTAL_FORMS": 1,
            "memberships-INITIAL_FORMS": 0,
            **changes,
        },
    )


def test_a_new_person_gets_a_role_no_password_and_an_invitation(
    administrator: User, world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = new_person(
            client, **{"memberships-0-role": Role.SPECIALIST, "memberships-0-ward": world.ward.pk}
        )
    assert answer.status_code == 302
    user = User.objects.get(email="new@test.example")
    assert not user.has_usable_password()
    assert user.access.treats_at == {world.ward.pk}
    assert len(trail("add_user")) == len(trail("add_membership")) == 1

    [entry] = trail("invite")
    assert entry.subject_id == str(user.pk)


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.SPECIALIST, "hospital"),
        (Role.REFERRING_CLINICIAN, "ward"),
        (Role.COORDINATOR, "ward"),
        (Role.WARD_LEAD, None),
        (Role.ADMINISTRATOR, None),
    ],
)
def test_a_role_at_a_place_that_does_not_fit_is_refused_at_the_field(
    administrator: User, world: World, client: Client, role: Role, place: str | None
) -> None:
    given = {f"memberships-0-{place}": getattr(world, place).pk} if place else {}
    answer = new_person(client, **{"memberships-0-role": role, **given})
    assert answer.status_code == 200
    assert answer.context["inline_admin_formsets"][0].formset.errors[0]
    assert not User.objects.filter(email="new@test.example").exists()


def test_the_same_role_twice_is_refused_and_not_a_failure(
    administrator: User, world: World, client: Client
) -> None:
    twice = {f"memberships-{number}-role": Role.RESEARCHER for number in (0, 1)}
    twice |= {f"memberships-{number}-whole_network": world.network.pk for number in (0, 1)}
    answer = new_person(client, **{**twice, "memberships-TOTAL_FORMS": 2})
    assert answer.status_code == 200
    assert not User.objects.filter(email="new@test.example").exists()


def test_an_administrator_cannot_make_somebody_without_a_role_in_the_network(
    administrator: User, client: Client
) -> None:
    answer = new_person(client)
    assert answer.status_code == 200
    assert not User.objects.filter(email="new@test.example").exists()


def test_an_administrator_cannot_raise_anybody(administrator: User, world: World, client: Client) -> None:
    address = page("user", world.doctor)
    data = filled(client, address, is_staff="on", is_superuser="on")
    client.post(address, data)
    world.doctor.refresh_from_db()
    assert not world.doctor.is_staff
    assert not world.doctor.is_superuser


def test_people_who_also_belong_elsewhere_and_superusers_are_not_an_administrators_to_change(
    administrator: User, superuser: User, world: World, stranger: Ward, client: Client
) -> None:
    client.force_login(administrator)
    Membership.objects.create(user=world.specialist, role=Role.SPECIALIST, ward=stranger)
    Membership.objects.create(user=superuser, role=Role.COORDINATOR, network=world.network)
    assert client.get(page("user", world.specialist)).status_code == 302
    assert client.get(page("user", superuser)).status_code == 302
    listing = reverse("admin:accounts_user_changelist")
    client.post(listing, {"action": "send_password_link", "_selected_action": [superuser.pk]})
    assert not mail.outbox


def test_an_address_that_was_changed_opens_nothing_any_more(
    administrator: User, world: World, client: Client
) -> None:
    old = world.doctor.email
    EmailAddress.objects.create(user=world.doctor, email=old, verified=True, primary=True)
    address = page("user", world.doctor)
    assert client.post(address, filled(client, address, email="changed@test.example")).status_code == 302
    assert list(EmailAddress.objects.filter(user=world.doctor).values_list("email", "verified")) == [
        ("changed@test.example", True)
    ]
    browser = Client()
    browser.post(reverse("account_login"), {"login": old, "password": "a-long-password"})
    assert "_auth_user_id" not in browser.session


def test_a_lost_second_factor_is_removed_and_stands_on_the_trail(
    administrator: User, world: World, client: Client
) -> None:
    TOTP.activate(world.doctor, generate_totp_secret())
    listing = reverse("admin:accounts_user_changelist")
    client.post(listing, {"action": "forget_second_factors", "_selected_action": [world.doctor.pk]})
    assert not world.doctor.authenticator_set.exists()
    assert [entry.detail for entry in trail("forget_second_factors")] == [{"removed": 1}]


def test_the_trail_can_be_read_by_administrators_and_changed_by_nobody(
    administrator: User, world: World, client: Client
) -> None:
    address = page("hospital", world.hospital)
    client.post(address, filled(client, address, phone="020-9999"))
    [entry] = trail("change_hospital")
    assert client.get(reverse("admin:accounts_auditentry_changelist")).status_code == 200
    shown = reverse("admin:accounts_auditentry_change", args=[entry.pk])
    assert client.get(shown).status_code == 200
    assert client.post(shown, {"action": "x"}).status_code == 403
    assert client.post(reverse("admin:accounts_auditentry_delete", args=[entry.pk])).status_code == 403


@pytest.mark.parametrize("key", ["nonsense", "00000000-0000-0000-0000-000000000000", "%00", "1' OR 1=1"])
def test_a_key_that_is_none_is_no_failure(administrator: User, client: Client, key: str) -> None:
    assert client.get(f"/admin/accounts/ward/{key}/change/").status_code in (302, 404)


@pytest.mark.parametrize("chosen", [[""], ["x"], ["-1", "0"]])
def test_an_action_on_what_is_no_row_is_refused_in_words(
    administrator: User, client: Client, chosen: list[str]
) -> None:
    asked = {"action": "send_password_link", "_selected_action": chosen}
    answer = client.post("/admin/accounts/user/", asked, follow=True)
    assert "所选内容不在列表中" in answer.content.decode()
    assert mail.outbox == []


@pytest.mark.parametrize("name", ["\u200b\u2060", "\u3164", "\u2800"])
def test_a_name_of_which_nothing_can_be_seen_is_refused(
    administrator: User, world: World, client: Client, name: str
) -> None:
    address = f"/admin/accounts/ward/{world.ward.pk}/change/"
    page = client.get(address).content.decode()
    answer = client.post(address, {**values_of(page), "name_zh": name})
    assert "不可见字符" in answer.content.decode()
    world.ward.refresh_from_db()
    assert world.ward.name_zh == "一病房"
