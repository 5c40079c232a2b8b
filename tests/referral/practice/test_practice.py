"""Practice is like the real thing, and nothing of it leaves the house, counts, or meets what is real."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from accounts.models import Hospital, Membership, Network, User
from accounts.programs import new_program
from notifications.account_security import ACCOUNT
from notifications.channels.base import Channel, Message, Receipt
from notifications.contacts.contact_methods import ContactMethodError, add
from notifications.delivery.send import deliver
from notifications.models import Delivery, Notification, Subscription
from notifications.services import notify
from notifications.types import Notice
from referral.alerts import compose
from referral.deadlines.engine import quarantine, run_cycle
from referral.models import Case, CaseFacts, Deadline
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.practice.made_up import PracticeError, answer_request, network_of, send_request
from referral.practice.network import Made, make_practice_network
from referral.practice.steps import steps_of
from referral.statistics.facts.writer import rebuild
from referral.statistics.reports.filters import may_count, networks
from tests.world import HOUR, MINUTE, NOW, World

CHANNELS = [
    "notifications.channels.inapp.InAppChannel",
    *(f"notifications.channels.{path}" for path in (
        "email.EmailChannel", "sms.SmsChannel", "voice.VoiceChannel", "webpush.WebPushChannel",
        "fcm.FcmChannel", "vendorpush.VendorPushChannel", "wecom.WeComChannel",
        "dingtalk.DingTalkChannel", "feishu.FeishuChannel", "webhook.WebhookChannel",
    )),
]  # fmt: skip
sent: list[Message] = []


@pytest.fixture(autouse=True)
def every_channel(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every channel that the product has, each of which keeps what it was given to send."""
    settings.NOTIFICATION_CHANNELS = CHANNELS
    settings.STORM_CONTROL = False

    def keep(channel: Channel, message: Message) -> Receipt:
        sent.append(message)
        return Receipt(channel.name)

    for path in CHANNELS[1:]:
        monkeypatch.setattr(import_string(path), "send", keep)
    yield
    sent.clear()


def reachable_everywhere(user: User) -> None:
    """`user` as if they had an address on every channel, from before they practised."""
    for path in CHANNELS[2:]:
        name = import_string(path).name
        Subscription.objects.create(user=user, channel=name, address=f"{name} of {user.pk}")


def send_all(until: timedelta = timedelta(0)) -> None:
    while deliver(now=NOW + until):
        pass


def person(made: Made, login: str) -> User:
    return User.objects.get(pk=made.accounts[f"practice-{login}"].pk)


def test_no_channel_carries_anything_of_a_practice_case_whatever_happens_to_it(made: Made) -> None:
    for user in User.objects.filter(email__endswith="@practice.example"):
        reachable_everywhere(user)
    case = send_request(made.network, now=NOW)
    perform(case, Verb.MESSAGE, actor=person(made, "specialist"), now=NOW, text="收到")
    for minutes in (5, 15, 46, 120):
        run_cycle(NOW + minutes * MINUTE)
    send_all(until=3 * HOUR)
    of_practice = Delivery.objects.filter(notification__alert__payload__case=str(case.pk))
    assert of_practice.count() > 50
    assert set(of_practice.values_list("channel", flat=True)) == {import_string(p).name for p in CHANNELS[1:]}
    assert set(of_practice.values_list("state", "dropped_reason")) == {("dropped", "practice")}
    assert sent == []


def test_a_real_alert_takes_every_channel_beside_it(world: World, made: Made) -> None:
    """The counterpart, without which the test above could not fail."""
    reachable_everywhere(world.specialist)
    send_request(made.network, now=NOW)
    world.flagged()
    send_all()
    assert {message.user_id for message in sent} == {world.specialist.pk}
    assert len(sent) == len(CHANNELS) - 1


def test_what_happens_to_the_account_itself_is_mailed_in_practice_too(made: Made) -> None:
    doctor = person(made, "doctor")
    notice = Notice(
        "k", [doctor.pk], ACCOUNT, str(doctor.pk), "password_changed", "severe", {"at": NOW.isoformat()}
    )
    notify(notices=[notice], now=NOW)
    send_all()
    assert [message.user_id for message in sent] == [doctor.pk]


def test_trouble_of_a_practice_case_reaches_no_real_operator(made: Made) -> None:
    Membership.objects.filter(network=made.network, role="administrator").delete()
    superuser = User.objects.create_superuser("root@real.example", name="root")
    case = send_request(made.network, now=NOW)
    quarantine(Deadline.objects.filter(case=case).earliest("due_at").pk, NOW)
    assert not Notification.objects.filter(recipient=superuser).exists()
    assert not Notification.objects.filter(alert__subject_type=compose.OPERATION).exists()


def test_practice_is_in_no_table_that_counts_and_in_no_statistics(world: World, made: Made) -> None:
    send_request(made.network, now=NOW)
    real = world.flagged()
    rebuild()
    assert list(CaseFacts.objects.values_list("case", flat=True)) == [real.pk]
    assert not any(may_count(user) for user in User.objects.filter(email__endswith="@practice.example"))
    assert list(networks(world.coordinator)) == [world.network]


def test_nobody_real_sees_a_practice_case_and_nobody_in_practice_a_real_one(world: World, made: Made) -> None:
    practice, real = send_request(made.network, now=NOW), world.flagged()
    for user in User.objects.all():
        seen = set(Case.objects.visible_to(user).values_list("pk", flat=True))
        assert seen <= ({practice.pk} if user.access.practises else {real.pk}), user.email


def test_an_account_is_for_practice_or_for_patients_and_never_for_both(world: World, made: Made) -> None:
    with pytest.raises(IntegrityError, match="for practice or for patients"), transaction.atomic():
        Membership.objects.create(user=world.doctor, role="coordinator", network=made.network)
    with pytest.raises(IntegrityError, match="for practice or for patients"), transaction.atomic():
        Membership.objects.create(user=person(made, "doctor"), role="coordinator", network=world.network)


def test_a_network_never_turns_from_practice_to_real_or_back(world: World, made: Made) -> None:
    for network in (world.network, made.network):
        with pytest.raises(IntegrityError, match="chosen once"), transaction.atomic():
            Network.objects.filter(pk=network.pk).update(is_practice=not network.is_practice)


def test_no_program_is_connected_to_a_practice_hospital(made: Made) -> None:
    program = new_program(of=made.network.pk, name="LIS")
    program.save()
    hospital = Hospital.objects.filter(network=made.network).earliest("name_zh")
    with pytest.raises(IntegrityError, match="No program"), transaction.atomic():
        Membership.objects.create(user=program, role="referring_clinician", hospital=hospital)


def test_in_practice_no_contact_method_can_be_added(made: Made) -> None:
    django_settings.CHANNEL_SETTINGS.setdefault("sms", {"provider": "generic", "url": "x", "secret": "x"})
    with pytest.raises(ContactMethodError, match="In practice nothing is sent"):
        add(user=person(made, "doctor"), channel="sms", given={"address": "13800000000"}, now=NOW)


def test_one_person_can_practise_both_sides_alone(made: Made) -> None:
    specialist, doctor = person(made, "specialist"), person(made, "doctor")
    case = send_request(network_of(specialist), now=NOW)
    assert case.patient.name.startswith("演示患者")
    assert case in Case.objects.visible_to(specialist)
    accepted = answer_request(doctor, now=NOW + MINUTE)
    assert (accepted.pk, accepted.state) == (case.pk, "accepted")
    with pytest.raises(PracticeError, match="No request of yours waits"):
        answer_request(doctor, now=NOW + MINUTE)


def test_nothing_is_made_up_for_an_account_of_a_real_network(world: World, made: Made) -> None:
    with pytest.raises(PracticeError, match="does not practise"):
        network_of(world.specialist)
    world.flagged()
    with pytest.raises(PracticeError):
        answer_request(world.doctor, now=NOW)


def test_the_list_shows_what_each_role_has_tried(made: Made) -> None:
    specialist = person(made, "specialist")
    case = send_request(made.network, now=NOW)
    perform(case, Verb.ACKNOWLEDGE, actor=specialist, now=NOW)
    own, *others = steps_of(specialist)
    assert own.is_own
    assert [step.verb for step in own.steps if step.is_done] == [Verb.ACKNOWLEDGE]
    assert own.following is not None
    assert own.following.verb == Verb.ACCEPT
    doctors = next(row for row in others if row.role == "referring_clinician")
    assert [step.people for step in doctors.steps if step.verb == Verb.REGISTER] == [1]
    assert not any(step.is_done for step in doctors.steps)


def test_making_the_network_again_changes_nothing(made: Made) -> None:
    before = (User.objects.count(), Membership.objects.count(), Network.objects.count())
    make_practice_network(domain="practice.example", password=None, now=NOW)
    assert (User.objects.count(), Membership.objects.count(), Network.objects.count()) == before
    assert not person(made, "doctor").has_usable_password()
