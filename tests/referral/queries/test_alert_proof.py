"""Who was alerted about a request, what became of it, and who is next."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.fates import Knowledge
from notifications.models import Delivery, Notification
from portal.pages.case.proof import headline, in_words
from referral.deadlines.engine import run_cycle
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Audience, Verb
from referral.queries import cases as case_queries
from referral.queries.alert_proof import AlertProof, proof_of, proofs_of
from tests.world import MINUTE, NOW, World, make_deliveries


def proof(world: World, case: Case, now: object = NOW) -> AlertProof:
    answer = proof_of(case_queries.cases(world.doctor).get(pk=case.pk), now)
    assert answer is not None
    return answer


def test_a_fresh_request_says_who_was_told_that_nobody_has_seen_it_and_who_is_next(world: World) -> None:
    case = world.flagged()
    shown = proof(world, case, NOW + MINUTE)
    assert [row.recipient for row in shown.alerts] == [world.specialist]
    assert shown.knowledge == Knowledge.WAITING
    assert shown.ahead[0].at == NOW + 5 * MINUTE
    assert headline(shown, NOW + MINUTE) == (
        "Nobody has seen it yet; people alerted: 1. Next: duty specialists in 4 min."
    )


def test_the_whole_ladder_ahead_is_there_up_to_the_next_ward(world: World) -> None:
    ahead = proof(world, world.flagged()).ahead
    assert [rung.at for rung in ahead] == sorted(rung.at for rung in ahead)
    assert any(Audience.WARD_LEAD in rung.step.audience for rung in ahead)
    expiry = next(rung for rung in ahead if rung.step.expires_offer)
    assert expiry.at == NOW + 45 * MINUTE


def test_opened_and_acknowledged_are_told_apart_with_their_minutes(world: World) -> None:
    case = world.flagged()
    own = Notification.objects.filter(recipient=world.specialist)
    own.update(read_at=NOW + 3 * MINUTE)
    opened = headline(proof(world, case, NOW + 4 * MINUTE), NOW + 4 * MINUTE)
    assert "specialist opened the alert 3 min after it; nobody has acknowledged it yet." in opened
    own.update(acknowledged_at=NOW + 4 * MINUTE)
    answered = headline(proof(world, case, NOW + 5 * MINUTE), NOW + 5 * MINUTE)
    assert answered == "specialist acknowledged the alert 4 min after it."


def test_delivered_is_said_only_with_the_carriers_report(world: World) -> None:
    case = world.flagged()
    make_deliveries(NOW)
    channels = Delivery.objects.filter(notification__recipient=world.specialist)
    channels.filter(channel="inapp").update(state="delivered", sent_at=NOW, delivered_at=NOW)
    channels.filter(channel="email").update(state="sent", sent_at=NOW)
    assert "deliver" not in headline(proof(world, case), NOW)
    channels.filter(channel="email").update(state="delivered", delivered_at=NOW)
    assert "The carrier reports it delivered to specialist" in headline(proof(world, case), NOW)


def test_who_was_alerted_later_is_there_too(world: World) -> None:
    case = world.flagged()
    run_cycle(NOW + 15 * MINUTE)
    people = {row.recipient for row in proof(world, case, NOW + 15 * MINUTE).alerts}
    assert {world.specialist, world.lead} <= people


def test_where_nobody_waits_for_anybody_there_is_nothing_to_prove(world: World) -> None:
    case = case_queries.cases(world.doctor).get(pk=world.register().pk)
    assert proof_of(case, NOW) is None
    assert in_words(None, case, NOW) is None


def test_an_answered_request_has_no_alert_left_about_it(world: World) -> None:
    case = perform(world.flagged(), Verb.ACCEPT, actor=world.specialist, now=NOW)
    assert proof_of(case_queries.cases(world.doctor).get(pk=case.pk), NOW) is None


@pytest.mark.parametrize("number", [1, 4])
def test_many_cases_cost_as_many_statements_as_one(world: World, number: int) -> None:
    for serial in range(number):
        world.flagged(name=f"患者{serial}")
    rows = list(case_queries.cases(world.doctor))
    with CaptureQueriesContext(connection) as asked:
        assert len(proofs_of(rows, NOW)) == number
    assert len(asked) == 2
