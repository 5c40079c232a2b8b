"""A network's rules change by a new version; impossible ones are refused by name."""

from copy import deepcopy
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import AuditEntry, Network, User
from referral.deadlines.ladders import parse_ladders
from referral.deadlines.policies import draft_policy, latest_policy, publish_policy
from referral.models import Offer, PathwayPolicy
from referral.models.policies import check_minutes, default_ladders, default_minutes
from referral.pathway.refusals import AccessError
from tests.world import HOUR, NOW, World, open_offer


@pytest.fixture
def administrator(world: World, client: Client) -> User:
    user = world.administrator
    user.is_staff = True
    user.save()
    client.force_login(user)
    return user


def refusal(ladders: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        parse_ladders(ladders)
    with translation.override("en"):
        return caught.value.messages[0]


def with_step(kind: str, number: int, **changes: Any) -> Any:
    ladders: Any = deepcopy(default_ladders())
    ladders[kind][number - 1] |= changes
    return ladders


def test_the_default_rules_are_sound() -> None:
    parse_ladders(default_ladders())
    check_minutes(default_minutes())


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": []},
        {"audience": ["nobody"]},
        {"audience": "duty"},
        {"audience": [["duty"]]},
        {"audience": None},
        {"severity": "loud"},
        {"severity": None},
        {"fraction": -1},
        {"fraction": "half"},
        {"fraction": float("nan")},
        {"fraction": None},
        {"offset_minutes": "5"},
        {"offset_minutes": float("inf")},
        {"every_minutes": 0},
        {"every_minutes": float("inf")},
        {"every_minutes": "daily"},
        {"expires_offer": "yes"},
        {"evry_minutes": 30},
    ],
)
def test_an_impossible_step_is_refused_with_its_ladder_and_number(changes: dict[str, Any]) -> None:
    assert "Step 2 of the ladder “acknowledge”" in refusal(with_step("acknowledge", 2, **changes))


@pytest.mark.parametrize(
    ("kind", "number", "changes", "words"),
    [
        ("admit", 4, {"expires_offer": True}, "not of an offer"),
        ("decide", 1, {"fraction": 0.1, "offset_minutes": -60}, "before the deadline begins"),
        ("acknowledge", 4, {"offset_minutes": 31}, "expired by then"),
        ("decide", 4, {"fraction": 0.2, "offset_minutes": 0}, "expired by then"),
    ],
)
def test_a_step_that_could_never_happen_is_refused_when_the_policy_is_published(
    world: World, kind: str, number: int, changes: dict[str, Any], words: str
) -> None:
    draft = draft_policy(world.network, ladders=with_step(kind, number, **changes))
    with pytest.raises(ValidationError) as caught:
        publish_policy(draft=draft, actor=world.administrator, now=NOW)
    with translation.override("en"):
        [message] = caught.value.message_dict["ladders"]
    assert f"of the ladder “{kind}” is impossible" in message and words in message
    assert PathwayPolicy.objects.count() == 1


@pytest.mark.parametrize("step", [None, 5, "at once", [], {}])
def test_a_step_that_is_none_is_refused_the_same_way(step: Any) -> None:
    ladders: Any = default_ladders()
    ladders["admit"][0] = step
    assert "Step 1 of the ladder “admit”" in refusal(ladders)


@pytest.mark.parametrize("ladder", [None, [], {}, "none"])
def test_a_ladder_without_steps_is_missing(ladder: Any) -> None:
    assert "“place” is missing" in refusal({**default_ladders(), "place": ladder})


def test_a_misspelt_kind_is_refused_and_not_lost() -> None:
    assert "“acknowlege”" in refusal({**default_ladders(), "acknowlege": []})


@pytest.mark.parametrize("ladders", [None, [], "x", 3])
def test_what_is_no_object_is_refused(ladders: Any) -> None:
    assert "JSON object" in refusal(ladders)


@pytest.mark.parametrize("length", [0, -1, 1.5, True, "15", None, 10**9])
def test_an_impossible_length_is_refused_with_its_kind(length: Any) -> None:
    with pytest.raises(ValidationError, match="acknowledge"):
        check_minutes({**default_minutes(), "acknowledge": length})


def test_a_new_version_follows_the_last_and_old_cases_keep_theirs(world: World) -> None:
    before = world.flagged(name="先")
    draft = draft_policy(world.network, risk_threshold=0.3, note="more beds")
    policy = publish_policy(draft=draft, actor=world.administrator, now=NOW)
    after = world.flagged(name="后", now=NOW + HOUR)
    assert (policy.version, policy.created_at, policy.created_by) == (2, NOW, world.administrator)
    assert latest_policy(world.network) == policy
    assert (before.policy.version, after.policy.version) == (1, 2)
    [entry] = AuditEntry.objects.filter(action="publish_policy")
    assert entry.detail == {"version": 2, "fields": ["risk_threshold"]}


def test_the_first_version_of_a_network_is_its_first(world: World) -> None:
    network = Network.objects.create(name_zh="新网络")
    root = User.objects.create_superuser("root@test.example", name="root")
    assert publish_policy(draft=draft_policy(network), actor=root, now=NOW).version == 1


def test_only_who_administers_the_network_makes_its_rules(world: World) -> None:
    for user in (world.doctor, world.lead, world.coordinator, world.researcher):
        with pytest.raises(AccessError):
            publish_policy(draft=draft_policy(world.network), actor=user, now=NOW)
    with pytest.raises(AccessError):
        publish_policy(
            draft=draft_policy(Network.objects.create(name_zh="别的网络")), actor=world.administrator, now=NOW
        )
    assert PathwayPolicy.objects.count() == 1


@pytest.mark.parametrize("threshold", [0, 1, 1.5, -0.1])
def test_a_threshold_that_is_no_risk_is_refused(world: World, threshold: float) -> None:
    with pytest.raises(ValidationError):
        publish_policy(
            draft=draft_policy(world.network, risk_threshold=threshold), actor=world.administrator, now=NOW
        )


def test_a_version_is_never_changed_or_deleted(world: World) -> None:
    for attempt in (
        lambda: PathwayPolicy.objects.update(risk_threshold=0.5),
        lambda: PathwayPolicy.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_a_network_that_is_made_in_the_administration_has_rules_at_once(world: World, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root@test.example", name="root"))
    answer = client.post(
        reverse("admin:accounts_network_add"),
        {"name_zh": "新网络", "name_en": "New network", "zone": "Asia/Shanghai"},
    )
    assert answer.status_code == 302
    policy = latest_policy(Network.objects.get(name_zh="新网络"))
    assert policy is not None
    assert (policy.version, policy.risk_threshold) == (1, 0.15)
    assert {"add_network", "publish_policy"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_closing_a_ward_in_the_administration_passes_its_requests_on(
    administrator: User, world: World, client: Client
) -> None:
    case = world.flagged()
    listing = reverse("admin:accounts_ward_changelist")
    client.post(listing, {"action": "close_wards", "_selected_action": [world.ward.pk]})
    world.ward.refresh_from_db()
    assert not world.ward.is_open
    assert open_offer(case).ward == world.second_ward
    assert Offer.objects.get(case=case, ward=world.ward).state == Offer.State.WARD_CLOSED
    client.post(listing, {"action": "open_wards", "_selected_action": [world.ward.pk]})
    world.ward.refresh_from_db()
    assert world.ward.is_open
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"close_ward", "open_ward"}


def test_an_administrator_of_another_network_cannot_close_the_ward(world: World, client: Client) -> None:
    stranger = User.objects.create_user("stranger@test.example", name="stranger", is_staff=True)
    network = Network.objects.create(name_zh="别的网络")
    stranger.memberships.create(role="administrator", network=network)
    client.force_login(stranger)
    client.post(
        reverse("admin:accounts_ward_changelist"),
        {"action": "close_wards", "_selected_action": [world.ward.pk]},
    )
    world.ward.refresh_from_db()
    assert world.ward.is_open


@pytest.mark.parametrize("stored", [None, {}, [], "duty", {"audience": ["duty"]}])
def test_a_ladder_without_steps_or_that_is_no_list_is_refused_by_name(stored: Any) -> None:
    assert "ladder of “acknowledge” is missing" in refusal({**default_ladders(), "acknowledge": stored})


def test_a_step_is_a_value_that_nobody_changes() -> None:
    step = parse_ladders(default_ladders())["acknowledge"][0]
    with pytest.raises(FrozenInstanceError):
        step.severity = "info"  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        object.__setattr__(step, "loudness", "high")
