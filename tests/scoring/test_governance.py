"""Installing, activating and shadowing models: who may not, what is kept, what is in force."""

import copy
import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from scoring import DEFAULT_MODEL, ModelFileError, evaluate, read_inputs, seal
from scoring.modelfile import FOLDER
from scoring.models import ModelEvent, RiskModelVersion, ShadowScore
from scoring.selectors import (
    active_model,
    find_version,
    installed_versions,
    shadow_versions,
    to_model,
)
from scoring.services import GovernanceError, activate_model, install_model, score_in_shadow, set_shadow
from tests.scoring.patients import patient

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 6, 4, 12, tzinfo=UTC)
SHIPPED_TEXT = (FOLDER / "aclf8-provisional-1.json").read_text(encoding="utf-8")


def variant(name: str = "network-model", version: int = 1, **changes: Any) -> str:
    """A sealed model file like the shipped one, under another name."""
    document = copy.deepcopy(json.loads(SHIPPED_TEXT))
    document.update(name=name, version=version, **changes)
    return json.dumps(seal(document), ensure_ascii=False)


def install(text: str) -> RiskModelVersion:
    return install_model(text=text, actor=None, reason="for the test", now=NOW)


def activate(name: str) -> RiskModelVersion:
    return activate_model(name=name, approved_by="Board", reason="validated here", actor=None, now=NOW)


def shadow(name: str, *, on: bool = True) -> RiskModelVersion:
    return set_shadow(name=name, on=on, approved_by="Board", reason="to compare", actor=None, now=NOW)


def test_until_one_is_activated_the_shipped_model_is_in_force() -> None:
    install(variant())
    assert active_model() == DEFAULT_MODEL


def test_an_installed_model_comes_out_as_it_went_in() -> None:
    version = install(variant())
    version.refresh_from_db()
    model = to_model(version)
    assert model.checksum == version.checksum
    assert model.terms == DEFAULT_MODEL.terms
    assert to_model(version) is model, "read once per process"


def test_activation_puts_a_model_in_force_with_approver_and_reason() -> None:
    install(variant(status="validated"))
    activate("network-model")
    assert active_model().name == "network-model"
    event = ModelEvent.objects.first()
    assert event is not None
    assert (event.kind, event.approved_by, event.reason, event.at) == (
        "activated",
        "Board",
        "validated here",
        NOW,
    )


def test_the_newest_version_is_meant_unless_one_is_named() -> None:
    first, second = install(variant(version=1)), install(variant(version=2, summary="changed"))
    assert find_version("network-model") == second
    assert find_version("network-model-1") == first
    assert find_version("network") is None


def test_the_shipped_model_can_be_put_back_in_force_by_name() -> None:
    install(variant())
    activate("network-model")
    version = activate("aclf8-provisional")
    assert version.checksum == DEFAULT_MODEL.checksum
    assert active_model() == DEFAULT_MODEL


def test_who_approved_the_shipped_model_can_be_recorded_once() -> None:
    activate("aclf8-provisional")
    assert active_model() == DEFAULT_MODEL
    with pytest.raises(GovernanceError, match="already"):
        activate("aclf8-provisional")


def test_what_is_unknown_retired_or_in_force_already_is_not_activated() -> None:
    install(variant(name="old-model", status="retired"))
    install(variant())
    activate("network-model")
    for name, message in (("old-model", "retired"), ("network-model", "already"), ("nothing", "no model")):
        with pytest.raises(GovernanceError, match=message):
            activate(name)
    assert active_model().name == "network-model"


@pytest.mark.parametrize(("approver", "reason"), [("", "because"), ("Board", " "), ("  ", "because")])
def test_nobody_activates_without_approver_and_reason(approver: str, reason: str) -> None:
    install(variant())
    with pytest.raises(GovernanceError), transaction.atomic():
        activate_model(name="network-model", approved_by=approver, reason=reason, actor=None, now=NOW)
    assert active_model() == DEFAULT_MODEL


def test_a_tampered_file_is_not_installed() -> None:
    with pytest.raises(ModelFileError, match="sealed"):
        install(variant().replace("1.68", "1.78"))
    assert [str(version) for version in installed_versions()] == [DEFAULT_MODEL.identifier]


def test_the_same_file_twice_is_one_model_and_one_event() -> None:
    version = install(variant())
    assert install(variant()) == version
    assert version.events.count() == 1


def test_another_file_cannot_take_a_name_and_version_that_is_taken() -> None:
    install(variant())
    with pytest.raises(GovernanceError, match="higher version"):
        install(variant(summary="Something else."))


@pytest.mark.parametrize("model", [RiskModelVersion, ModelEvent, ShadowScore])
def test_what_was_recorded_is_never_changed_or_deleted(model: Any) -> None:
    install(variant())
    shadow("network-model")
    reading = read_inputs(patient())
    score_in_shadow(shadow_versions(), reading=reading, active=evaluate(reading), subject=uuid4(), now=NOW)
    column = {"RiskModelVersion": {"status": "validated"}, "ModelEvent": {"reason": "x"}}.get(
        model.__name__, {"risk_90d": 0.1}
    )
    for change in (
        lambda: model.objects.update(**column),
        lambda: model.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            change()


def test_a_shadow_model_scores_silently_beside_the_active_one() -> None:
    milder = copy.deepcopy(json.loads(variant()))
    milder["baseline"]["horizons"][0]["log_cumulative_hazard"] -= 1
    install(json.dumps(seal(milder)))
    version = shadow("network-model")
    assert [version.name for version in shadow_versions()] == ["network-model"]
    assert active_model() == DEFAULT_MODEL
    subjects = {}
    for changes in ({}, {"inr": 3}, {"age_years": 20, "cirrhosis": False}, {"urea": None}):
        reading = read_inputs(patient(**changes))
        subject = uuid4()
        subjects[subject] = evaluate(reading)
        score_in_shadow(
            shadow_versions(), reading=reading, active=subjects[subject], subject=subject, now=NOW
        )
    scored = ShadowScore.objects.filter(model=version, risk_90d__isnull=False)
    assert scored.count() == 3, "an incomplete reading is kept but cannot be compared"
    assert Counter(scored.values_list("active_high_risk", "high_risk")) == {
        (True, True): 1,
        (True, False): 1,
        (False, False): 1,
    }
    assert all(row.risk_90d < row.active_risk_90d for row in scored)


def test_a_shadow_ends_when_it_is_ended_or_becomes_the_active_model() -> None:
    install(variant())
    shadow("network-model")
    shadow("network-model", on=False)
    assert shadow_versions() == []
    shadow("network-model")
    activate("network-model")
    assert shadow_versions() == []


def test_a_shadow_is_neither_started_nor_ended_twice() -> None:
    install(variant())
    with pytest.raises(GovernanceError, match="does not run"):
        shadow("network-model", on=False)
    shadow("network-model")
    with pytest.raises(GovernanceError, match="already"):
        shadow("network-model")


def test_the_model_in_force_is_not_its_own_shadow() -> None:
    with pytest.raises(GovernanceError, match="in force"):
        shadow(DEFAULT_MODEL.name)
    install(variant())
    activate("network-model")
    with pytest.raises(GovernanceError, match="in force"):
        shadow("network-model")
    assert shadow(DEFAULT_MODEL.name) in shadow_versions()


def test_asking_for_the_active_model_costs_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        active_model()
    install(variant())
    activate("network-model")
    active_model()
    with django_assert_num_queries(1):
        active_model()


def test_a_model_is_found_by_the_checksum_that_a_result_keeps() -> None:
    first = install(variant())
    install(variant(version=2))
    assert find_version(first.checksum) == first
    assert find_version(DEFAULT_MODEL.checksum) == find_version(DEFAULT_MODEL.identifier)
    assert find_version("f" * 64) is None


# The commands


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_from_a_handwritten_file_to_a_model_in_force(tmp_path: Path) -> None:
    document = json.loads(variant(status="validated"))
    del document["checksum"]
    file = tmp_path / "network.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(CommandError, match="checksum"):
        run("install_model", str(file), "--reason", "ours")
    assert "Sealed" in run("seal_model", str(file))
    assert "Installed network-model-1 (validated)" in run("install_model", str(file), "--reason", "ours")
    assert active_model() == DEFAULT_MODEL
    said = run("activate_model", "network-model", "--approved-by", "Board", "--reason", "validated here")
    assert "in force" in said
    assert active_model().name == "network-model"


def test_a_shadow_is_started_and_stopped_by_command(tmp_path: Path) -> None:
    file = tmp_path / "network.json"
    file.write_text(variant(), encoding="utf-8")
    run("install_model", str(file), "--reason", "ours")
    because = ("--approved-by", "Board", "--reason", "to compare")
    assert "now runs in shadow" in run("shadow_model", "network-model", *because)
    assert "no longer runs" in run("shadow_model", "network-model", "--stop", *because)


def test_a_malformed_file_is_refused_by_the_commands_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text('{"format": "risk-model/1",\n "format": 1}', encoding="utf-8")
    for command in (["seal_model", str(file)], ["install_model", str(file), "--reason", "x"]):
        with pytest.raises(CommandError, match="line 2"):
            run(*command)
    with pytest.raises(CommandError, match="cannot be read"):
        run("install_model", str(tmp_path / "none.json"), "--reason", "x")


def test_a_command_refuses_in_the_language_it_speaks() -> None:
    with translation.override("zh-hans"), pytest.raises(CommandError, match="There is no model “none”"):
        run("activate_model", "none", "--approved-by", "Board", "--reason", "x")


def test_a_decision_is_recorded_under_an_existing_account_only() -> None:
    with pytest.raises(CommandError, match="no active account"):
        run(
            *("activate_model", "aclf8-provisional", "--approved-by", "Board"),
            *("--reason", "x", "--by", "nobody@example.org"),
        )
