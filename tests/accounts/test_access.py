"""Where a person may act, and whom and what they see."""

from pytest_django import DjangoAssertNumQueries

from accounts.access import Access
from accounts.backends import PersonBackend
from accounts.ids import new_id
from accounts.models import Hospital, Membership, Network, Role, User, Ward
from tests.world import World, build


def fresh(user: User) -> User:
    """The user as the next request reads them."""
    return User.objects.get(pk=user.pk)


def elsewhere() -> World:
    """A second network, whose people share nothing with the first."""
    for user in User.objects.all():
        user.email = f"old-{user.email}"
        user.save()
    return build()


def test_a_role_counts_at_its_place_and_nowhere_else(world: World) -> None:
    assert world.doctor.access == Access(
        refers_for=frozenset({world.hospital.pk}), networks=frozenset({world.network.pk})
    )
    assert world.lead.access.leads == world.lead.access.wards == {world.ward.pk}
    assert world.lead.access.treats_at == frozenset()
    assert world.coordinator.access.coordinates == {world.network.pk}
    assert world.researcher.access.researches == {world.network.pk}
    assert world.administrator.access.administers == {world.network.pk}


def test_one_person_may_hold_several_roles(world: World) -> None:
    Membership.objects.create(user=world.doctor, role=Role.SPECIALIST, ward=world.ward)
    Membership.objects.create(user=world.doctor, role=Role.WARD_LEAD, ward=world.second_ward)
    access = fresh(world.doctor).access
    assert access.refers_for == {world.hospital.pk}
    assert access.wards == {world.ward.pk, world.second_ward.pk}


def test_only_those_who_treat_or_coordinate_are_clinical(world: World) -> None:
    assert world.doctor.access.is_clinical
    assert world.specialist.access.is_clinical
    assert world.coordinator.access.is_clinical
    assert not world.researcher.access.is_clinical
    assert not world.administrator.access.is_clinical


def test_a_closed_account_stands_nowhere_and_sees_nothing(world: World) -> None:
    world.coordinator.is_active = False
    world.coordinator.save()
    closed = fresh(world.coordinator)
    assert closed.access == Access()
    for model in (Network, Hospital, Ward, User):
        assert not model.objects.visible_to(closed).exists()


def test_a_lost_role_is_gone_with_the_next_request(world: World) -> None:
    world.specialist.memberships.all().delete()
    assert fresh(world.specialist).access == Access()


def test_people_see_the_places_and_colleagues_of_their_own_network_only(world: World) -> None:
    other = elsewhere()
    for person in (world.doctor, world.specialist, world.coordinator, world.administrator):
        assert set(Network.objects.visible_to(person)) == {world.network}
        assert set(Ward.objects.visible_to(person)) == {world.ward, world.second_ward}
        assert set(Hospital.objects.visible_to(person).values_list("network", flat=True)) == {
            world.network.pk
        }
        assert other.doctor not in User.objects.visible_to(person)
        assert world.doctor in User.objects.visible_to(person)


def test_somebody_in_two_networks_is_one_colleague_in_each(world: World) -> None:
    other = elsewhere()
    Membership.objects.create(user=world.coordinator, role=Role.COORDINATOR, network=other.network)
    both = fresh(world.coordinator)
    assert set(Network.objects.visible_to(both)) == {world.network, other.network}
    assert list(User.objects.visible_to(other.doctor).filter(pk=both.pk)) == [both]
    assert User.objects.visible_to(both).filter(pk=both.pk).count() == 1


def test_somebody_without_a_role_sees_nothing(world: World) -> None:
    nobody = User.objects.create_user("nobody@test.example", name="nobody")
    assert not Hospital.objects.visible_to(nobody).exists()
    assert not User.objects.visible_to(nobody).exists()


def test_whoever_is_signed_in_is_read_with_their_places_in_one_statement(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Membership.objects.create(user=world.doctor, role=Role.SPECIALIST, ward=world.ward)
    for person in (world.doctor, world.coordinator, world.administrator):
        with django_assert_num_queries(1):
            read = PersonBackend().get_user(person.pk)
            assert read is not None
            access = read.access
        assert access == fresh(person).access


def test_whoever_is_closed_or_was_deleted_is_not_signed_in(world: World) -> None:
    User.objects.filter(pk=world.doctor.pk).update(is_active=False)
    assert PersonBackend().get_user(world.doctor.pk) is None
    assert PersonBackend().get_user(new_id()) is None
    closed = User.objects.get_with_access(world.doctor.pk)
    assert closed is not None
    assert closed.access == Access()
