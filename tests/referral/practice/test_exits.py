"""Every exit by which what is known of a case leaves the house, and that practice takes none of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache

from accounts.models import Hospital, Membership, User
from integrations.models import EventSubscription, Integration, SubscriptionEvent
from integrations.receiving import Incoming, receive
from notifications.channels.base import Message, Receipt
from notifications.channels.email import EmailChannel
from notifications.delivery.send import deliver
from notifications.models import Delivery, Notification
from referral.alerts.morning import DIGEST, send_digests
from referral.identity.candidates import find_candidates
from referral.intake import results
from referral.intake.unannounced import find_unannounced
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb
from referral.practice.network import Made
from referral.queries.search import search_cases
from referral.statistics.facts.writer import rebuild
from referral.statistics.reports import anonymity
from referral.statistics.reports.export import export
from referral.statistics.reports.filters import parse_filter, rows
from referral.statistics.reports.kit import kit_record
from tests.fhir.conftest import integrate
from tests.integrations.hl7_messages import SENDER, oru
from tests.world import HOUR, NOW, World, resident, sampled, someone
from tests.world import ILL as VALUES

YEAR = {"since": "2026-01", "until": "2026-12"}
PERSON = {"name": "演示患者甲", "national_id": resident(), "local_number": "A-17"}


@pytest.fixture(autouse=True)
def _no_counters() -> Iterator[None]:
    cache.clear()
    yield


def person(made: Made, login: str) -> User:
    return made.accounts[f"practice-{login}"]


def practised(world: World, made: Made, now: datetime = NOW) -> Case:
    """A practice case in the ward, with a kit's result, of somebody whose numbers a real patient has too."""
    doctor, ward = person(made, "doctor"), person(made, "specialist")
    hospital = Hospital.objects.get(pk__in=doctor.access.refers_for)
    case = world.register(now=now, actor=doctor, hospital=hospital, **PERSON)
    case = perform(case, Verb.ASSESS, actor=doctor, now=now, values=sampled(VALUES, now))
    case = perform(case, Verb.ACCEPT, actor=ward, now=now)
    case = perform(case, Verb.ADMIT, actor=ward, now=now)
    kit = {"lot": "K-1", "sampled_at": now, "answer": "positive"}
    return perform(case, Verb.RECORD_KIT_RESULT, actor=ward, now=now, **kit)


def subscribed(program: Integration) -> None:
    """A subscription of a real hospital's system to all requests that it may see."""
    EventSubscription.objects.create(
        integration=program,
        criteria="Task",
        endpoint="https://his.hospital.example/hook",
        payload=EventSubscription.Payload.ID_ONLY,
        status=EventSubscription.Status.ACTIVE,
        created_at=NOW,
        updated_at=NOW,
        next_at=NOW,
    )


def test_no_subscription_of_a_real_system_is_told_of_a_practice_case(world: World, made: Made) -> None:
    subscribed(integrate(world.hospital, world.doctor))
    subscribed(integrate(world.ward.hospital, world.lead, world.ward))
    practised(world, made)
    assert not SubscriptionEvent.objects.exists()
    world.flagged()
    assert SubscriptionEvent.objects.count() == 2


def test_a_laboratorys_message_never_meets_a_practice_case(world: World, made: Made) -> None:
    laboratory = integrate(world.hospital, world.doctor, name="LIS", kind="laboratory")
    laboratory.hl7_application, laboratory.hl7_facility = SENDER
    laboratory.save()
    practised(world, made)
    receive([Incoming(oru(number="A-17", name=PERSON["name"]), "")], NOW)
    results.process_waiting(NOW)
    assert not Notification.objects.filter(
        recipient__email__endswith="@practice.example", alert__kind="results"
    )
    assert results.waiting_count(person(made, "doctor")) == 0
    assert results.waiting_count(world.doctor) == 1


def test_the_mornings_digest_of_practice_is_mailed_to_nobody(
    world: World, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailed: list[Message] = []

    def keep(_channel: EmailChannel, message: Message) -> Receipt:
        mailed.append(message)
        return Receipt("mail")

    monkeypatch.setattr(EmailChannel, "send", keep)
    seven = datetime(2026, 5, 18, 23, 30, tzinfo=UTC)
    practised(world, made, now=seven - 8 * HOUR)
    assert send_digests(seven) == 1
    while deliver(now=seven):
        pass
    digests = Delivery.objects.filter(notification__alert__kind=DIGEST).exclude(channel="inapp")
    assert set(digests.values_list("state", "dropped_reason")) == {("dropped", "practice")}
    assert mailed == []


def test_research_kit_and_statistics_have_nothing_of_practice(
    world: World, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anonymity, "K", 1)
    later = NOW + timedelta(days=60)
    practised(world, made)
    rebuild()
    asked = parse_filter(world.researcher, YEAR, now=NOW)
    assert list(export(world.researcher, asked, now=NOW)) == []
    assert kit_record(rows(world.researcher, asked), now=later, hides_small=False).beside_purpose == 0
    real = world.admitted()
    kit = {"lot": "K-1", "sampled_at": NOW, "answer": "positive"}
    perform(real, Verb.RECORD_KIT_RESULT, actor=world.specialist, now=NOW, **kit)
    rebuild()
    assert len(list(export(world.researcher, asked, now=NOW))) == 1
    assert kit_record(rows(world.researcher, asked), now=later, hides_small=False).beside_purpose == 1


def test_who_practises_research_is_given_nothing_to_count(made: Made) -> None:
    learner = User.objects.create_user("science@practice.example", name="研究学员")
    Membership.objects.create(user=learner, role="researcher", network=made.network)
    with pytest.raises(InputError):
        parse_filter(learner, YEAR, now=NOW)


def test_a_real_patient_with_the_same_numbers_is_met_by_nobody_of_practice(world: World, made: Made) -> None:
    case = practised(world, made)
    assert find_candidates(someone(birth_date=date(1970, 1, 2), **PERSON), world.hospital) == []
    for given in ({"number": case.number}, {"national_id": PERSON["national_id"]}):
        assert find_unannounced(user=world.specialist, now=NOW, **given) is None
    for typed in (case.number, PERSON["name"], PERSON["national_id"]):
        assert not search_cases(world.coordinator, typed, now=NOW).exists()
        assert search_cases(person(made, "coordinator"), typed, now=NOW).exists()
