"""Who may still be told of a case: asked for many at once, by the same door as everything else."""

from typing import Any

from accounts.models import Membership, Role, User
from notifications.delivery.send_guard import find
from notifications.models import Alert, Notification
from referral.alerts.delivery_hooks import still_entitled
from referral.deadlines.engine import run_cycle
from referral.models import Case
from tests.world import NOW, World


def about(case: Case, user: User) -> Notification:
    return Notification(recipient=user, alert=Alert(payload={"case": str(case.pk)}))


def everyone(world: World) -> list[User]:
    return list(User.objects.filter(memberships__network=world.network).distinct())


def test_many_at_once_are_answered_like_each_alone(world: World) -> None:
    cases = [
        world.flagged(name="甲"),
        world.accepted(name="乙"),
        world.watched(name="丙"),
        world.register(name="丁"),
    ]
    asked = [about(case, user) for case in cases for user in everyone(world)]
    alone = {one.pk for one in asked if still_entitled([one])}
    assert still_entitled(asked) == alone
    assert 0 < len(alone) < len(asked)


def test_whoever_sees_a_case_may_be_told_of_it(world: World) -> None:
    case = world.flagged()
    for user in everyone(world):
        sees = Case.objects.visible_to(user).filter(pk=case.pk).exists()
        assert bool(still_entitled([about(case, user)])) == sees


def test_a_ward_that_was_asked_and_passed_over_may_be_told_so(world: World) -> None:
    case = world.flagged()
    case.offers.update(state="declined")
    assert not Case.objects.visible_to(world.specialist).filter(pk=case.pk).exists()
    assert still_entitled([about(case, world.specialist)])


def test_colleagues_of_one_standing_cost_one_question(world: World, django_assert_num_queries: Any) -> None:
    case = world.flagged()
    colleagues = [User.objects.create_user(f"colleague{number}@example.org") for number in range(8)]
    for user in colleagues:
        Membership.objects.create(user=user, role=Role.SPECIALIST, ward=world.ward, network=world.network)
    User.objects.read_access(colleagues)
    with django_assert_num_queries(2):
        result = still_entitled([about(case, user) for user in colleagues])
    assert len(result) == len(colleagues)


def test_a_role_that_was_taken_away_counts_at_once(world: World) -> None:
    world.flagged()
    run_cycle(NOW)
    alert = Notification.objects.get(recipient=world.specialist, alert__kind="new_offer")
    assert find([alert.pk]) == {alert.pk: None}
    Membership.objects.filter(user=world.specialist).delete()
    assert find([alert.pk]) == {alert.pk: "not_entitled"}
