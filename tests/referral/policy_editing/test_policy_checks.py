"""Rules that contradict each other are refused by name; unusual ones are asked about."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from referral.deadlines.policies import draft_policy, latest_policy, policy_in_force, publish_policy
from referral.models import PathwayPolicy
from referral.policy_editing.changes import changes
from referral.policy_editing.checks import contradictions, doubts
from tests.world import HOUR, NOW, World


def lengths(**minutes: int) -> dict[str, Any]:
    return {"minutes": {**draft_policy(None).minutes, **minutes}}


def refused(**rules: Any) -> dict[str, list[str]]:
    with translation.override("en"):
        return {
            field: [str(message) for error in errors for message in error.messages]
            for field, errors in contradictions(draft_policy(None, **rules)).items()
        }


@pytest.mark.parametrize(
    ("rules", "field", "words"),
    [
        (lengths(acknowledge=2000), "minutes", "acknowledgement (2000 min) would take longer than decision"),
        (lengths(decide=3000), "minutes", "decision of the ward (50 h) would take longer than admission"),
        (lengths(assess=3000), "minutes", "eight indicators"),
        (lengths(place=3000), "minutes", "a ward that accepts"),
        (lengths(answer_advice=1500), "minutes", "answer to a question"),
        (lengths(follow_up_28=60), "minutes", "28 days after the first visit; this cannot be changed"),
        (lengths(follow_up_90=89 * 1440), "minutes", "90 days after the first visit"),
        ({"late_flag_minutes": 3000}, "late_flag_minutes", "late flag (50 h)"),
    ],
)
def test_lengths_that_contradict_each_other_are_refused_with_both_of_them(
    rules: dict[str, Any], field: str, words: str
) -> None:
    [message] = refused(**rules)[field]
    assert words in message


def test_the_default_rules_contradict_nothing_and_raise_no_doubt() -> None:
    assert refused() == {}
    assert doubts(draft_policy(None)) == []


def without_expiry() -> dict[str, Any]:
    ladders: Any = deepcopy(draft_policy(None).ladders)
    for steps in ladders.values():
        for step in steps:
            step["expires_offer"] = False
    return ladders


def test_requests_that_are_to_expire_and_never_would_are_refused() -> None:
    [message] = refused(ladders=without_expiry())["ladders"]
    assert "no step of the two ladders" in message
    assert refused(ladders=without_expiry(), expires_unanswered=False) == {}


def test_a_request_cannot_expire_after_the_time_for_the_admission() -> None:
    [message] = refused(**lengths(acknowledge=60, decide=100, place=60, assess=60, admit=110))["ladders"]
    assert "later than the time for the admission" in message


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (lengths(acknowledge=90), "acknowledgement: 90 min. Usual is 15 min."),
        (lengths(diagnose=600), "diagnosis: 10 h. Usual is 48 h."),
        ({"risk_threshold": 0.01}, "Patients from a risk of 1% on would be flagged"),
        ({"risk_threshold": 0.8}, "Only patients above a risk of 80%"),
        ({"reassessments": 0}, "never be re-assessed"),
        ({"expires_unanswered": False}, "stay with its ward"),
    ],
)
def test_what_is_possible_and_unusual_is_asked_about(rules: dict[str, Any], words: str) -> None:
    with translation.override("en"):
        assert any(words in doubt for doubt in doubts(draft_policy(None, **rules)))


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"fraction": 1.2, "audience": ["duty", "ward_lead"]}, "nobody is alerted before the time is over"),
        ({"fraction": 0, "audience": ["duty"]}, "neither ward lead nor coordinator hears"),
        ({"fraction": 0, "audience": ["ward_lead"], "every_minutes": 1}, "more often than every 5 minutes"),
    ],
)
def test_a_ladder_that_reaches_nobody_in_time_is_asked_about(step: dict[str, Any], words: str) -> None:
    ladders = {**draft_policy(None).ladders, "diagnose": [{"severity": "severe", **step}]}
    with translation.override("en"):
        assert any(words in doubt for doubt in doubts(draft_policy(None, ladders=ladders)))


def publish(world: World, **rules: Any) -> PathwayPolicy:
    draft = draft_policy(world.network, **{"note": "tried", **rules})
    return publish_policy(draft=draft, actor=world.administrator, now=NOW)


def test_a_version_begins_on_its_date_and_not_before(world: World) -> None:
    later = publish(world, risk_threshold=0.2, in_force_from=NOW + 24 * HOUR)
    assert policy_in_force(world.network, NOW + 23 * HOUR) != later
    assert policy_in_force(world.network, NOW + 24 * HOUR) == later
    before = world.flagged(name="先", now=NOW + HOUR)
    after = world.flagged(name="后", now=NOW + 25 * HOUR)
    assert (before.policy.version, after.policy.version) == (1, 2)


def test_a_newer_version_replaces_one_that_has_not_begun(world: World) -> None:
    publish(world, risk_threshold=0.2, in_force_from=NOW + 24 * HOUR)
    newer = publish(world, risk_threshold=0.3)
    assert policy_in_force(world.network, NOW + 48 * HOUR) == newer == latest_policy(world.network)


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"note": " "}, "note"),
        ({"in_force_from": NOW - timedelta(seconds=1)}, "in_force_from"),
        (lengths(acknowledge=2000), "minutes"),
        ({"risk_threshold": 15}, "risk_threshold"),
    ],
)
def test_a_version_without_reason_in_the_past_or_without_sense_is_not_published(
    world: World, rules: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        publish(world, **rules)
    assert list(caught.value.message_dict) == [field]
    assert PathwayPolicy.objects.count() == 1


def test_a_change_is_told_in_words_before_and_after(world: World) -> None:
    before = draft_policy(None)
    ladders = {**before.ladders, "reassess": [{"fraction": 1, "audience": ["hospital"], "severity": "info"}]}
    with translation.override("en"):
        lines = {
            change.rule: (change.before, change.after)
            for change in changes(before, draft_policy(None, **lengths(acknowledge=20), ladders=ladders))
        }
    assert lines["acknowledgement"] == (("15 min",), ("20 min",))
    assert lines["alerts of “re-assessment”"][1] == (
        "100 %: information, to the first hospital's clinicians",
    )
    assert len(lines) == 2
