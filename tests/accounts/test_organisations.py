"""What the database and the models refuse about people and places."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from accounts.models import Catchment, DutyOverride, Hospital, Membership, Network, Role, User
from tests.world import HOUR, NOW, World


def refused(**membership: Any) -> bool:
    try:
        with transaction.atomic():
            Membership.objects.create(**membership)
    except IntegrityError:
        return True
    return False


def test_a_role_must_fit_its_place(world: World) -> None:
    user = User.objects.create_user("new@test.example", name="new")
    assert refused(user=user, role=Role.REFERRING_CLINICIAN, ward=world.ward)
    assert refused(user=user, role=Role.REFERRING_CLINICIAN, network=world.network)
    assert refused(user=user, role=Role.SPECIALIST, hospital=world.hospital)
    assert refused(user=user, role=Role.WARD_LEAD, network=world.network)
    assert refused(user=user, role=Role.COORDINATOR, hospital=world.hospital)
    assert refused(user=user, role=Role.SPECIALIST, ward=world.ward, hospital=world.hospital)
    assert refused(user=user, role="king", network=world.network)
    assert not refused(user=user, role=Role.SPECIALIST, ward=world.ward)


def test_the_same_role_at_the_same_place_is_held_once(world: World) -> None:
    assert refused(user=world.doctor, role=Role.REFERRING_CLINICIAN, hospital=world.hospital)
    assert refused(user=world.coordinator, role=Role.COORDINATOR, network=world.network)
    assert not refused(user=world.doctor, role=Role.REFERRING_CLINICIAN, hospital=world.other_hospital)


def test_a_membership_always_carries_the_network_of_its_place(world: World) -> None:
    other = Network.objects.create(name_zh="别的网络")
    membership = Membership.objects.create(
        user=world.doctor, role=Role.SPECIALIST, ward=world.ward, network=other
    )
    assert membership.network == world.network


def test_an_address_is_one_account_whatever_its_case(world: World) -> None:
    user = User.objects.create_user("  Mixed@Test.Example ", name="mixed")
    assert user.email == "mixed@test.example"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("MIXED@test.example", name="again")
    User.objects.filter(pk=user.pk).update(email="MIXED@test.example")
    user.refresh_from_db()
    assert user.email == "mixed@test.example"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET email = 'Mixed@test.example' WHERE id = %s", [user.pk])


def test_a_ward_is_asked_at_one_place_of_a_hospitals_order(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Catchment.objects.create(hospital=world.hospital, ward=world.ward, rank=3)


def test_two_wards_may_change_places_in_one_go_but_not_share_one(world: World) -> None:
    first, second = world.hospital.catchments.order_by("rank")
    with transaction.atomic():
        Catchment.objects.filter(pk=first.pk).update(rank=2)
        Catchment.objects.filter(pk=second.pk).update(rank=1)
    assert [row.ward for row in world.hospital.catchments.order_by("rank")] == [
        world.second_ward,
        world.ward,
    ]


def test_a_ward_serves_its_own_network_only(world: World) -> None:
    stranger = Hospital.objects.create(
        network=Network.objects.create(name_zh="别的网络"), name_zh="外院", level="primary"
    )
    with translation.override("en"), pytest.raises(ValidationError, match="own network"):
        Catchment(hospital=stranger, ward=world.ward, rank=1).clean()


def test_a_misspelt_time_zone_is_refused_by_name(world: World) -> None:
    world.hospital.zone = "Asia/Shangai"
    with translation.override("en"), pytest.raises(ValidationError, match="Asia/Shangai"):
        world.hospital.full_clean()


def test_an_override_must_end_after_it_starts(world: World) -> None:
    wrong = DutyOverride(ward=world.ward, user=world.specialist, starts_at=NOW, ends_at=NOW - HOUR)
    with pytest.raises(ValidationError):
        wrong.clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong.save()


def test_names_speak_the_readers_language_and_fall_back_to_chinese(world: World) -> None:
    network = Network(name_zh="演示", name_en="Demo")
    with translation.override("en"):
        assert network.name == "Demo"
        assert Network(name_zh="演示").name == "演示"
    with translation.override("zh-hans"):
        assert str(network) == "演示"
