"""The synthetic network: made by the services alone, and looking like one that had been running.

Seeding takes seconds, so the tests share one seeded database: they have no database mark, which would give
each its own transaction. `test_production_gets_no_synthetic_patients` has one, so that there is a database.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from accounts.models import Hospital, Role, User, Ward
from accounts.rota import gaps
from notifications.models import Delivery, Notification
from referral.codes import FileKind
from referral.deadlines.engine import run_cycle
from referral.demo import ACCOUNTS, PASSWORD, DemoRefused, Seeded, seed
from referral.demo.papers import WITH_PAPERS
from referral.demo.replay import NEWS
from referral.models import Case, Deadline, Event, Message, Offer, Patient
from referral.pathway.vocabulary import ENDED, Kind, State
from referral.queries.background import backgrounds_of
from referral.queries.cases import cases
from tests.world import HOUR, NOW


@pytest.fixture(scope="module")
def seeded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Seeded]:
    """The demo as of NOW, made once for this module and rolled back after it."""
    files = override_settings(FILE_STORE={"folder": str(tmp_path_factory.mktemp("store"))})
    with files, django_db_blocker.unblock(), transaction.atomic():
        yield seed(now=NOW)
        transaction.set_rollback(True)


def missed(kind: Kind) -> list[Deadline]:
    return list(Deadline.objects.filter(kind=kind, missed_at__isnull=False))


def test_there_is_a_case_in_every_state(seeded: Seeded) -> None:
    assert set(Case.objects.values_list("state", flat=True)) == set(State)
    assert seeded.made == Case.objects.count() >= 30


def test_every_case_is_what_its_timeline_says(seeded: Seeded) -> None:
    for case in Case.objects.all():
        events = list(case.events.order_by("number"))
        assert [event.number for event in events] == list(range(1, case.event_count + 1))
        assert events[-1].state_after == case.state
        for earlier, later in zip(events, events[1:], strict=False):
            assert later.state_before == earlier.state_after


def test_nothing_happened_in_the_future(seeded: Seeded) -> None:
    assert not Event.objects.filter(recorded_at__gt=NOW).exists()
    assert not Event.objects.filter(occurred_at__gt=F("recorded_at")).exists()
    assert not Notification.objects.filter(created_at__gt=NOW).exists()
    assert not Message.objects.filter(sent_at__gt=NOW).exists()


def test_the_engine_has_caught_up_and_set_nothing_aside(seeded: Seeded) -> None:
    assert not Deadline.objects.open().filter(next_at__lte=NOW).exists()
    assert not Deadline.objects.filter(quarantined_at__isnull=False).exists()
    assert not Deadline.objects.open().filter(due_at__lte=NOW, missed_at__isnull=True).exists()
    before = Notification.objects.count()
    run_cycle(NOW)
    assert Notification.objects.count() == before


def test_the_cases_that_teach_something_are_there(seeded: Seeded) -> None:
    assert Case.objects.filter(flagged_late=True).exists()
    assert Case.objects.filter(state=State.WATCHED, chronic_liver_disease="none").exists()
    assert Case.objects.filter(state=State.WATCHED, assessment__high_risk=True).exists()
    assert Case.objects.filter(state=State.OFFERED, assessment__isnull=True).exists()
    assert Case.objects.filter(state=State.CLOSED, died_at__isnull=False, admitted_at__isnull=True).exists()
    assert Event.objects.filter(what="admit", details__unannounced=True).exists()
    assert {offer.state for offer in Offer.objects.all()} == set(Offer.State)
    followed = {
        "back_refer",
        "confirm_return",
        "end_referral",
        "divert",
        "release",
        "redirect",
        "withdraw",
        "extend",
    }
    assert followed <= set(Event.objects.values_list("what", flat=True))
    assert Event.objects.filter(what="record_outcome", details__day=90).exists()


def test_windows_were_missed_and_some_reasons_are_given(seeded: Seeded) -> None:
    for kind in (Kind.ASSESS, Kind.ACKNOWLEDGE, Kind.ADMIT, Kind.ARRIVE, Kind.DIAGNOSE, Kind.REASSESS):
        assert missed(kind), kind
    reasons = set(Deadline.objects.exclude(delay_reason="").values_list("delay_reason", flat=True))
    assert len(reasons) >= 3


def test_the_flag_follows_from_the_values_and_most_bands_occur(seeded: Seeded) -> None:
    scored = Case.objects.filter(assessment__risk_90d__isnull=False).select_related("assessment", "policy")
    for case in scored:
        assert case.assessment is not None
        expected = case.assessment.risk_90d >= case.policy.risk_threshold or bool(case.assessment.red_flags)
        assert case.assessment.high_risk == expected
    assert {"low", "moderate", "high", "very_high"} == set(scored.values_list("assessment__band", flat=True))


def test_names_and_numbers_can_belong_to_nobody(seeded: Seeded) -> None:
    for patient in Patient.objects.all():
        assert patient.name.startswith("演示患者")
        assert patient.detail("national_id").startswith("000000") or not patient.detail("national_id")
        assert patient.detail("phone").startswith("000")
    for place in (*Hospital.objects.all(), *Ward.objects.all()):
        assert "演示" in place.name_zh
        assert "(demo)" in place.name_en
        assert place.phone.startswith("000-")
    assert all(user.name.startswith("演示") for user in User.objects.all())


def test_somebody_is_always_on_duty_in_both_wards(seeded: Seeded) -> None:
    for ward in Ward.objects.all():
        assert gaps(ward, NOW, NOW + timedelta(days=28)) == []


def test_three_kinds_of_first_hospitals_ask_two_wards(seeded: Seeded) -> None:
    asking = Hospital.objects.filter(catchments__isnull=False).distinct()
    assert {hospital.level for hospital in asking} == {"primary", "secondary", "tertiary"}
    assert Ward.objects.count() == 2
    for hospital in asking:
        assert hospital.catchments.count() == 2
    assert len(set(asking.filter(catchments__rank=1).values_list("catchments__ward", flat=True))) == 2


@pytest.mark.parametrize(
    ("login", "role"),
    [
        ("doctor", Role.REFERRING_CLINICIAN),
        ("doctor2", Role.REFERRING_CLINICIAN),
        ("specialist", Role.SPECIALIST),
        ("lead", Role.WARD_LEAD),
        ("specialist2", Role.SPECIALIST),
        ("coordinator", Role.COORDINATOR),
        ("researcher", Role.RESEARCHER),
        ("admin", Role.ADMINISTRATOR),
    ],
)
def test_the_listed_accounts_open_with_the_listed_password(seeded: Seeded, login: str, role: Role) -> None:
    user = authenticate(email=f"{login}@demo.example", password="aclf-demo-48h")
    assert isinstance(user, User)
    assert [row.role for row in user.memberships.all()] == [role]
    assert EmailAddress.objects.filter(user=user, verified=True, primary=True).exists()
    assert user.is_staff is (role is Role.ADMINISTRATOR)
    assert not user.is_superuser


def test_the_first_ward_and_its_doctor_have_work_to_do(seeded: Seeded) -> None:
    for login in ("doctor", "doctor2", "specialist", "specialist2", "lead", "coordinator"):
        user = User.objects.get(email=f"{login}@demo.example")
        assert cases(user).exclude(state__in=ENDED).count() >= 5, login
    waiting = Offer.objects.filter(state=Offer.State.OPEN, acknowledged_at__isnull=True)
    assert len(set(waiting.values_list("ward", flat=True))) == 2


def test_no_inbox_is_flooded_and_nothing_old_is_unread_or_unsent(seeded: Seeded) -> None:
    for user in User.objects.all():
        unread = Notification.objects.filter(recipient=user, read_at=None, withdrawn_at=None)
        assert unread.count() <= 12
    old = Notification.objects.filter(created_at__lt=NOW - NEWS)
    assert old.exists()
    assert not old.filter(read_at=None, withdrawn_at=None).exists()
    assert not Delivery.objects.filter(notification__in=old, state="pending").exists()
    assert Delivery.objects.filter(state="pending").count() < 60


def test_seeding_again_changes_nothing(seeded: Seeded) -> None:
    def counted() -> list[int]:
        return [model.objects.count() for model in (Case, Event, User, Hospital, Ward, Notification)]

    before = counted()
    assert seed(now=NOW + HOUR) == Seeded(made=0, cases=seeded.cases)
    assert counted() == before


@pytest.mark.django_db
def test_production_gets_no_synthetic_patients(settings: Settings) -> None:
    settings.MODE = "production"
    with pytest.raises(DemoRefused):
        seed(now=NOW)
    for arguments in ([], ["--sign-ins"]):
        with pytest.raises(CommandError):
            call_command("seed_demo", *arguments)


def test_the_command_lists_the_accounts_and_their_password(
    seeded: Seeded, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("seed_demo")
    said = capsys.readouterr().out
    call_command("seed_demo", "--sign-ins")
    listed = capsys.readouterr().out
    assert said.endswith(listed)
    assert PASSWORD in listed
    for account in ACCOUNTS:
        assert (account.email in listed) is account.listed


def test_some_patients_come_with_a_background_and_pictures(seeded: Seeded) -> None:
    said = backgrounds_of(Case.objects.all())
    assert {Case.objects.get(pk=pk).state for pk in said} == set(WITH_PAPERS)
    assert all(Case.objects.get(pk=pk).files.filter(kind=FileKind.ECG).exists() for pk in said)
