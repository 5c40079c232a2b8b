"""A network whose rules nobody has published yet: a sentence that says so at every door, and no case."""

import pytest
from django.test import Client

from accounts import clock
from accounts.models import Hospital, Membership, Network, Role, User
from referral.deadlines.policies import draft_policy, publish_policy
from referral.intake.first_visit import FirstVisit
from referral.intake.registration import register
from referral.models import Case, Patient
from referral.pathway.refusals import PathwayError
from tests.api.conftest import Caller, visit
from tests.portal.entry.test_new_case import send, text, typed
from tests.world import NOW, World, someone

SENTENCE = "has no pathway policy yet"


@pytest.fixture
def pioneer(world: World) -> User:
    """The first clinician of a network that has a hospital and nothing else."""
    network = Network.objects.create(name_zh="新网络", name_en="New network")
    hospital = Hospital.objects.create(network=network, name_zh="丁", level="primary", phone="020-4000")
    user = User.objects.create_user("pioneer@test.example", name="pioneer")
    Membership.objects.create(user=user, role=Role.REFERRING_CLINICIAN, hospital=hospital)
    return user


def hospital_of(user: User) -> Hospital:
    return Hospital.objects.get(memberships__user=user)


def test_no_case_begins_and_no_patient_is_kept(pioneer: User) -> None:
    with pytest.raises(PathwayError) as refusal:
        register(
            actor=pioneer, hospital=hospital_of(pioneer), visit=FirstVisit(person=someone(), at=NOW), now=NOW
        )
    assert refusal.value.code == "no_policy"
    assert not Case.objects.exists()
    assert not Patient.objects.exists()


def test_the_api_answers_with_a_problem_that_says_whom_to_ask(pioneer: User) -> None:
    answer = Caller(pioneer).post("/cases", visit(clock.now()))
    assert (answer.status, answer.code) == (409, "no_policy")
    assert SENTENCE in answer.body["detail"]
    assert "New network" in answer.body["detail"]


def test_the_portal_says_so_and_keeps_what_was_typed(pioneer: User, world: World, client: Client) -> None:
    pioneer.language = User.Language.ENGLISH
    pioneer.save()
    client.force_login(pioneer)
    answer = send(client, typed(world, hospital=str(hospital_of(pioneer).pk)))
    page = text(answer)
    assert answer.status_code == 422
    assert SENTENCE in page
    assert "张三" in page and 'value="310"' in page


def test_once_the_rules_are_published_cases_begin(pioneer: User) -> None:
    root = User.objects.create_superuser("root@test.example", name="root")
    hospital = hospital_of(pioneer)
    publish_policy(draft=draft_policy(hospital.network), actor=root, now=NOW)
    case = register(actor=pioneer, hospital=hospital, visit=FirstVisit(person=someone(), at=NOW), now=NOW)
    assert case.policy.version == 1
