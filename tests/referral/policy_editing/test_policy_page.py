"""The administration's page for new rules: filled in, read in words, published."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Network, User
from referral.deadlines.policies import draft_policy, latest_policy, publish_policy
from referral.models import PathwayPolicy
from referral.models.policies import default_ladders, default_minutes
from tests.accounts.filled_forms import values_of
from tests.conftest import Keep
from tests.world import NOW, World, build

ADD = "admin:referral_pathwaypolicy_add"


def furnish() -> tuple[World, dict[str, Any]]:
    """The world, and what the form for new rules holds when its administrator opens it."""
    world, client = build(), Client()
    world.administrator.is_staff = True
    world.administrator.save()
    client.force_login(world.administrator)
    return world, values_of(client.get(reverse(ADD)).content.decode())


@pytest.fixture(scope="module")
def furnished(keep: Keep) -> Callable[[], Any]:
    return keep(furnish)


@pytest.fixture
def world(db: None, furnished: Callable[[], Any]) -> World:
    world: World = furnished()[0]
    return world


@pytest.fixture
def administrator(world: World, client: Client) -> User:
    client.force_login(world.administrator)
    return world.administrator


@pytest.fixture
def blank(furnished: Callable[[], Any]) -> dict[str, Any]:
    """What the form for new rules holds, where nothing has changed since the world was made."""
    values: dict[str, Any] = furnished()[1]
    return values


def send(client: Client, page: bytes | None = None, **changes: Any) -> Any:
    """Post the form as it stands on `page`, or on a new one, with `changes`."""
    content = page or client.get(reverse(ADD)).content
    return fill_in(client, values_of(content.decode()), **changes)


def fill_in(client: Client, blank: dict[str, Any], **changes: Any) -> Any:
    """Post the form that nobody has filled in yet, with `changes`."""
    return client.post(reverse(ADD), blank | changes)


def test_rules_are_read_in_words_before_they_are_published(
    administrator: User, world: World, client: Client
) -> None:
    publish_policy(
        draft=draft_policy(world.network, reassessments=5, note="closer"), actor=administrator, now=NOW
    )
    shown = send(client, length_acknowledge_0="20", note="夜间人手少")
    assert shown.status_code == 200
    assert PathwayPolicy.objects.count() == 2
    [change] = shown.context["editor"].changes
    assert (change.before, change.after) == (("15分钟",), ("20分钟",))

    answer = send(client, shown.content)
    policy = latest_policy(world.network)
    assert answer.status_code == 302 and policy is not None
    assert (policy.version, policy.minutes["acknowledge"], policy.reassessments) == (3, 20, 5)
    assert (policy.note, policy.created_by) == ("夜间人手少", administrator)
    assert policy.ladders == default_ladders()
    assert policy.minutes == {**default_minutes(), "acknowledge": 20}


def test_what_was_changed_after_it_was_read_is_read_again(
    administrator: User, client: Client, blank: dict[str, Any]
) -> None:
    shown = fill_in(client, blank, length_acknowledge_0="20", note="x")
    again = send(client, shown.content, length_acknowledge_0="25")
    assert again.status_code == 200
    assert again.context["editor"].changes[0].after == ("25分钟",)
    assert PathwayPolicy.objects.count() == 1


def test_doubts_have_to_be_confirmed(administrator: User, client: Client, blank: dict[str, Any]) -> None:
    shown = fill_in(client, blank, risk_threshold="0.01", note="x")
    assert shown.context["editor"].doubts
    refused = send(client, shown.content)
    assert refused.context["editor"].form.errors["intended"]
    assert PathwayPolicy.objects.count() == 1
    assert send(client, refused.content, intended="on").status_code == 302


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"length_acknowledge_0": "2000"}, "length_acknowledge"),
        ({"length_acknowledge_0": ""}, "length_acknowledge"),
        ({"length_acknowledge_0": "-5"}, "length_acknowledge"),
        ({"length_acknowledge_0": "0.5"}, "length_acknowledge"),
        ({"length_acknowledge_0": "nan"}, "length_acknowledge"),
        ({"length_acknowledge_0": "1e308"}, "length_acknowledge"),
        ({"length_acknowledge_1": "7"}, "length_acknowledge"),
        ({"length_place_0": "60", "length_place_1": "60"}, "length_place"),
        ({"risk_threshold": "15"}, "risk_threshold"),
        ({"risk_threshold": "high"}, "risk_threshold"),
        ({"reassessments": "-1"}, "reassessments"),
        ({"outcome_grace_days": "0"}, "outcome_grace_days"),
        ({"late_flag_minutes_0": "90"}, "late_flag_minutes"),
        ({"note": ""}, "note"),
        ({"in_force_from_0": "2020-01-01", "in_force_from_1": "08:00"}, "in_force_from"),
        ({"in_force_from_0": "soon"}, "in_force_from"),
    ],
)
def test_rules_without_sense_are_refused_at_their_field_and_nothing_typed_is_lost(
    administrator: User, client: Client, blank: dict[str, Any], typed: dict[str, str], field: str
) -> None:
    answer = fill_in(client, blank, **{"note": "试一试", **typed})
    assert answer.status_code == 422
    assert list(answer.context["editor"].form.errors) == [field]
    again = values_of(answer.content.decode())
    assert {name: str(again.get(name, "7")).strip() for name in typed} == typed
    assert PathwayPolicy.objects.count() == 1


@pytest.mark.parametrize("typed", ["1e999", "nan", "{", "9" * 5000])
@pytest.mark.parametrize("field", ["length_acknowledge_0", "steps-0-percent", "risk_threshold"])
def test_rules_that_cannot_be_read_come_back_as_they_were_typed(
    administrator: User, client: Client, blank: dict[str, Any], field: str, typed: str
) -> None:
    answer = fill_in(client, blank, **{"note": "x", field: typed})
    assert answer.status_code == 422
    assert values_of(answer.content.decode())[field] == typed
    assert PathwayPolicy.objects.count() == 1


def test_no_refusal_names_a_constraint_of_the_database(
    administrator: User, client: Client, blank: dict[str, Any]
) -> None:
    page = fill_in(client, blank, risk_threshold="15", note="x").content.decode()
    assert "policy_threshold_is_a_risk" not in page
    assert "0.15" in page


def step_rows(blank: dict[str, Any], kind: str) -> list[int]:
    """The rows of the form that hold the alerts of one deadline."""
    numbers = range(int(blank["steps-TOTAL_FORMS"]))
    return [number for number in numbers if blank[f"steps-{number}-kind"] == kind]


def test_an_alert_that_could_never_come_is_refused_at_its_row(
    administrator: User, client: Client, blank: dict[str, Any]
) -> None:
    last_but_one = step_rows(blank, "acknowledge")[3]
    answer = fill_in(client, blank, **{"note": "x", f"steps-{last_but_one}-offset_0": "31"})
    assert answer.status_code == 422
    [row] = [form for form in answer.context["editor"].steps if form.errors]
    assert row.prefix == f"steps-{last_but_one}"


def test_an_alert_can_be_added_and_removed(
    administrator: User, world: World, client: Client, blank: dict[str, Any]
) -> None:
    second, free = step_rows(blank, "reassess")[1], step_rows(blank, "")[-1]
    row = f"steps-{free}"
    added = {f"{row}-kind": "reassess", f"{row}-percent": "150", f"{row}-audience": "coordinator"}
    shown = fill_in(client, blank, note="x", **{f"steps-{second}-DELETE": "on", **added})
    assert send(client, shown.content, **added | {f"steps-{second}-DELETE": "on"}).status_code == 302
    policy = latest_policy(world.network)
    assert policy is not None
    assert [(step.fraction, step.audience) for step in policy.steps["reassess"]] == [
        (1, ("clinician",)),
        (1.5, ("coordinator",)),
    ]


def test_a_version_of_a_colleague_in_between_is_shown_before_publishing(
    administrator: User, world: World, client: Client, blank: dict[str, Any]
) -> None:
    shown = fill_in(client, blank, length_acknowledge_0="20", note="x")
    draft = draft_policy(world.network, risk_threshold=0.2, note="y")
    publish_policy(draft=draft, actor=administrator, now=NOW)
    again = send(client, shown.content)
    assert again.status_code == 200
    assert {change.rule for change in again.context["editor"].changes} >= {"风险阈值"}
    assert PathwayPolicy.objects.count() == 2


def test_rules_of_another_network_cannot_be_made(administrator: User, world: World, client: Client) -> None:
    stranger = Network.objects.create(name_zh="别的网络")
    page = client.get(reverse(ADD), {"network": stranger.pk})
    assert page.context["editor"].network == world.network


def test_a_version_can_be_read_in_words_and_not_edited(administrator: User, client: Client) -> None:
    policy = PathwayPolicy.objects.get()
    address = reverse("admin:referral_pathwaypolicy_change", args=[policy.pk])
    page = client.get(address).content.decode()
    assert "15分钟" in page and "offset_minutes" not in page
    assert client.post(address, {"risk_threshold": 0.5}).status_code == 403


def test_a_change_is_undone_by_the_rules_of_an_earlier_version(
    administrator: User, world: World, client: Client
) -> None:
    first = PathwayPolicy.objects.get()
    mistake = draft_policy(world.network, risk_threshold=0.9, note="输错")
    mistake.minutes = {**mistake.minutes, "acknowledge": 60}
    publish_policy(draft=mistake, actor=administrator, now=NOW)
    read = client.get(reverse("admin:referral_pathwaypolicy_change", args=[first.pk])).content.decode()
    address = f"{reverse(ADD)}?network={world.network.pk}&again={first.pk}"
    assert address.replace("&", "&amp;") in read
    page = client.get(address).content.decode()
    shown = client.post(address, values_of(page) | {"note": "撤销"})
    assert len(shown.context["editor"].changes) == 2
    assert client.post(address, values_of(shown.content.decode())).status_code == 302
    newest = latest_policy(world.network)
    assert newest is not None and newest.version == 3
    assert (newest.risk_threshold, newest.minutes) == (first.risk_threshold, first.minutes)
    newest_page = client.get(reverse("admin:referral_pathwaypolicy_change", args=[newest.pk]))
    assert "again=" not in newest_page.content.decode()


def test_rules_that_are_not_of_the_network_are_not_filled_in(
    administrator: User, world: World, client: Client
) -> None:
    for key in ("nothing", "00000000-0000-0000-0000-000000000000"):
        assert client.get(reverse(ADD), {"again": key}).status_code == 404
