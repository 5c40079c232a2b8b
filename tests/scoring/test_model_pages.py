"""Installing a model and deciding about it in the administration."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from scoring import DEFAULT_MODEL
from scoring.models import ModelEvent, RiskModelVersion
from scoring.selectors import active_version, shadow_versions
from tests.scoring.test_governance import variant
from tests.world import build

ADD = "admin:scoring_riskmodelversion_add"


@pytest.fixture
def superuser(db: None, client: Client) -> User:
    user = User.objects.create_superuser("root@test.example", name="root")
    client.force_login(user)
    return user


def install(client: Client, content: bytes, reason: str = "the network's own cohort") -> Any:
    sent = {"file": SimpleUploadedFile("model.json", content), "reason": reason}
    return client.post(reverse(ADD), sent)


def decide(client: Client, version: RiskModelVersion, decision: str, **words: str) -> Any:
    address = reverse("admin:scoring_riskmodelversion_decide", args=[version.pk])
    said = {"approved_by": "the board", "reason": "tried", **words}
    return client.post(address, {"decision": decision, **said})


def test_a_file_is_installed_put_in_shadow_and_then_in_force(superuser: User, client: Client) -> None:
    assert install(client, variant().encode()).status_code == 302
    version = RiskModelVersion.objects.latest("id")
    assert active_version() != version
    assert client.get(reverse("admin:scoring_riskmodelversion_change", args=[version.pk])).status_code == 200
    page = client.get(reverse("admin:scoring_riskmodelversion_decide", args=[version.pk]))
    assert str(active_version()) in page.content.decode()

    assert decide(client, version, "start_shadow").status_code == 302
    assert shadow_versions() == [version]
    assert decide(client, version, "activate").status_code == 302
    assert active_version() == version
    kinds = ModelEvent.objects.filter(model=version).order_by("id").values_list("kind", "actor")
    assert list(kinds) == [(kind, superuser.pk) for kind in ("installed", "shadow_started", "activated")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe\x00",
        b"{}" + b" " * 600_000,
        variant().encode().replace(b"0.", b"1.", 1),
    ],
)
def test_what_is_no_sealed_model_file_is_refused_at_the_field(
    superuser: User, client: Client, content: bytes
) -> None:
    before = RiskModelVersion.objects.count()
    answer = install(client, content)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert "the network&#x27;s own cohort" in answer.content.decode()
    assert RiskModelVersion.objects.count() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "模型文件、第1行：这不是 JSON"),
        (b"[]", "模型文件、第1行：须为一个 JSON 对象"),
        (variant().encode().replace(b"0.", b"1.", 1), "内容在封存后被改动"),
        (variant().encode().replace(b'"version"', b'"versions"', 1), "不属于该文件格式"),
    ],
)
def test_a_refused_file_is_explained_in_the_readers_language(
    superuser: User, client: Client, content: bytes, words: str
) -> None:
    User.objects.filter(pk=superuser.pk).update(language=User.Language.CHINESE)
    answer = install(client, content)
    assert words in answer.content.decode()


@pytest.mark.parametrize("missing", ["decision", "approved_by", "reason"])
def test_a_decision_without_approver_or_reason_is_not_taken(
    superuser: User, client: Client, missing: str
) -> None:
    install(client, variant().encode())
    version = RiskModelVersion.objects.latest("id")
    words = {"approved_by": "the board", "reason": "tried", "decision": "activate"} | {missing: " "}
    answer = client.post(reverse("admin:scoring_riskmodelversion_decide", args=[version.pk]), words)
    assert answer.status_code == 422
    assert answer.context["form"].errors[missing]
    assert active_version() != version


def test_a_decision_that_makes_no_sense_is_refused_with_what_was_typed(
    superuser: User, client: Client
) -> None:
    install(client, variant().encode())
    version = RiskModelVersion.objects.latest("id")
    answer = decide(client, version, "end_shadow", reason="typed once")
    assert answer.status_code == 422
    assert "typed once" in answer.content.decode()
    assert answer.context["form"].non_field_errors()


def test_nobody_but_a_superuser_installs_or_decides(db: None, client: Client) -> None:
    world = build()
    version = RiskModelVersion.objects.get(checksum=DEFAULT_MODEL.checksum)
    for user in (world.administrator, world.coordinator):
        user.is_staff = True
        user.save()
        client.force_login(user)
        assert install(client, variant().encode()).status_code == 403
        assert decide(client, version, "activate").status_code == 403


def test_decisions_are_listed_by_the_clock_on_the_wall(superuser: User, client: Client) -> None:
    install(client, variant().encode())
    wall = ModelEvent.objects.latest("id").at.astimezone(ZoneInfo(settings.DEFAULT_DISPLAY_ZONE))
    page = client.get(reverse("admin:scoring_modelevent_changelist")).content.decode()
    assert f"{wall:%H:%M}" in page
