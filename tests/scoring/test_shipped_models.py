"""The models that come with the product are in every database, so that no result outlives its model."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from scoring import DEFAULT_MODEL, model_from_document, modelfile, seal, selectors
from scoring.apps import keep_shipped_models
from scoring.models import ModelEvent, RiskModelVersion
from scoring.selectors import active_model, active_version, installed_versions, to_model
from scoring.services import install_model, set_shadow
from tests.ending import RULES_ASLEEP
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of shipped files as another release of the product would have it."""
    monkeypatch.setattr(modelfile, "FOLDER", tmp_path)
    modelfile.shipped_models.cache_clear()
    ship(tmp_path)
    yield tmp_path
    modelfile.shipped_models.cache_clear()


def ship(folder: Path, **changes: Any) -> None:
    document = seal(copy.deepcopy(dict(DEFAULT_MODEL.document)) | changes)
    file = folder / f"{document['name']}-{document['version']}.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    modelfile.shipped_models.cache_clear()


def test_a_migrated_database_keeps_the_document_of_the_shipped_model() -> None:
    kept = RiskModelVersion.objects.get(checksum=DEFAULT_MODEL.checksum)
    assert model_from_document(kept.document) == DEFAULT_MODEL
    event = kept.events.get()
    assert (event.kind, event.reason, event.actor) == ("installed", "shipped with the product", None)


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_keeps_it_again() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RULES_ASLEEP)
        for model in (ModelEvent, RiskModelVersion):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
    assert not RiskModelVersion.objects.exists()
    call_command("migrate", verbosity=0)
    assert [str(version) for version in installed_versions()] == [DEFAULT_MODEL.identifier]
    assert active_model() == DEFAULT_MODEL


def test_migrating_again_changes_nothing() -> None:
    keep_shipped_models()
    assert (RiskModelVersion.objects.count(), ModelEvent.objects.count()) == (1, 1)


def test_a_database_migrated_back_to_before_there_were_models_is_left_alone(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(0):
        keep_shipped_models(apps=Apps())


def test_a_release_with_a_newer_model_puts_it_in_force_and_keeps_the_older(folder: Path) -> None:
    ship(folder, version=2)
    keep_shipped_models()
    assert active_model().identifier == "aclf8-provisional-2"
    older = RiskModelVersion.objects.get(checksum=DEFAULT_MODEL.checksum)
    assert to_model(older) == DEFAULT_MODEL


def test_a_release_does_not_unseat_the_model_that_was_activated(folder: Path) -> None:
    call_command("activate_model", "aclf8-provisional", approved_by="Board", reason="reviewed here")
    ship(folder, version=2)
    keep_shipped_models()
    assert active_model().identifier == "aclf8-provisional-1"


def test_a_release_that_changed_a_model_under_its_old_version_is_refused(folder: Path) -> None:
    ship(folder, summary="Something else.")
    with pytest.raises(CommandError, match="as aclf8-provisional-1. Give the new file a higher version"):
        keep_shipped_models()
    assert RiskModelVersion.objects.get().checksum == DEFAULT_MODEL.checksum


def test_a_file_that_bears_the_shipped_models_name_scores_nothing_until_it_is_activated() -> None:
    document = seal(copy.deepcopy(dict(DEFAULT_MODEL.document)) | {"version": 7})
    version = install_model(text=json.dumps(document), actor=None, reason="ours", now=NOW)
    assert active_model() == DEFAULT_MODEL
    set_shadow(name=str(version), on=True, approved_by="Board", reason="to compare", actor=None, now=NOW)
    assert selectors.shadow_versions() == [version]


def test_nothing_scores_in_a_database_that_was_never_migrated_to_this_release(folder: Path) -> None:
    ship(folder, version=2)
    with pytest.raises(ImproperlyConfigured, match="manage.py migrate"):
        active_version()
