"""Who is meant by an audience, however many cases ask at once."""

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, Role, User
from referral.alerts.recipients import Directory
from referral.deadlines.engine import fire_batch
from referral.models import Case, Deadline
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Audience, Verb
from tests.world import HOUR, NOW, World


def everyone(directory: Directory, case: Case) -> dict[str, set[object]]:
    ward = directory.ward_of(case)
    return {audience: set(directory.people(audience, case, ward)) for audience in Audience.values}


def test_each_audience_is_found_at_its_own_place(world: World) -> None:
    case = world.accepted()
    colleague = User.objects.create_user("colleague@test.example", name="colleague")
    Membership.objects.create(user=colleague, role=Role.REFERRING_CLINICIAN, hospital=world.hospital)
    people = everyone(Directory(NOW, [case]), case)
    assert people["duty"] == {world.specialist.pk}
    assert people["ward"] == {world.specialist.pk, world.lead.pk}
    assert people["ward_lead"] == {world.lead.pk}
    assert people["clinician"] == {world.doctor.pk}
    assert people["hospital"] == {world.doctor.pk, colleague.pk}
    assert people["coordinator"] == {world.coordinator.pk}


def test_whoever_left_is_told_nothing_and_the_colleagues_stand_in_for_who_registered(world: World) -> None:
    case = world.accepted()
    colleague = User.objects.create_user("colleague@test.example", name="colleague")
    Membership.objects.create(user=colleague, role=Role.REFERRING_CLINICIAN, hospital=world.hospital)
    User.objects.filter(pk__in=[world.doctor.pk, world.lead.pk, world.coordinator.pk]).update(is_active=False)
    people = everyone(Directory(NOW, [case]), case)
    assert people["clinician"] == people["hospital"] == {colleague.pk}
    assert people["ward_lead"] == people["coordinator"] == set()
    assert people["ward"] == {world.specialist.pk}


def test_a_case_without_a_ward_means_the_ward_that_is_asked_and_nobody_where_none_is(world: World) -> None:
    asked, unasked = world.flagged(name="甲一"), world.register(name="甲二")
    directory = Directory(NOW, [asked, unasked])
    assert everyone(directory, asked)["duty"] == {world.specialist.pk}
    assert everyone(directory, unasked)["duty"] == everyone(directory, unasked)["ward"] == set()


def test_the_ward_that_was_passed_over_is_not_the_one_that_is_asked_now(world: World) -> None:
    case = perform(world.flagged(), Verb.DECLINE, actor=world.specialist, now=NOW, reason="no_bed")
    assert everyone(Directory(NOW, [case]), case)["duty"] == {world.second_specialist.pk}


@pytest.mark.parametrize("cases", [1, 6])
def test_many_cases_cost_as_few_questions_as_one(
    world: World, django_assert_num_queries: DjangoAssertNumQueries, cases: int
) -> None:
    asked = [world.accepted(name=f"甲{number}") for number in range(cases)]
    due = list(Deadline.objects.filter(case__in=asked, kind="admit").select_related("case__ward__hospital"))
    with django_assert_num_queries(3):
        directory = Directory(NOW, [deadline.case for deadline in due])
        for deadline in due:
            everyone(directory, deadline.case)


@pytest.mark.parametrize("cases", [1, 6])
def test_a_batch_of_the_engine_costs_as_few_statements_as_one_deadline(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries, cases: int
) -> None:
    for number in range(cases):
        world.accepted(name=f"甲{number}")
    with django_assert_max_num_queries(12):
        assert fire_batch(NOW + 24 * HOUR) == cases
