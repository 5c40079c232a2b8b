"""The page of the kit and of the export."""

import csv
import io
from typing import Any

from accounts.models import AuditEntry
from portal.pages.statistics.files import KIT_HEADER
from referral.statistics.reports.export import HEADER
from tests.portal.conftest import SignIn
from tests.world import World

PERIOD = {"since": "2026-01", "until": "2026-12"}


def test_a_researcher_downloads_the_cohort(world: World, as_user: SignIn) -> None:
    for number in range(5):
        world.admitted(name=f"众{number}", local_number=f"C{number}")
    answer: Any = as_user(world.researcher).post("/statistics/research/", PERIOD)
    assert answer.status_code == 200
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert lines[0] == list(HEADER)
    assert len(lines) == 6
    assert AuditEntry.objects.filter(action="research_export", actor=world.researcher).count() == 1


def test_looking_at_the_page_takes_nothing_out(world: World, as_user: SignIn) -> None:
    page = as_user(world.researcher).get("/statistics/research/").content.decode()
    assert "Download the cohort" in page
    assert "csrfmiddlewaretoken" in page
    assert not AuditEntry.objects.filter(action="research_export").exists()


def test_a_coordinator_is_refused_with_a_sentence_that_says_what_to_do(world: World, as_user: SignIn) -> None:
    client = as_user(world.coordinator)
    assert "Download the cohort" not in client.get("/statistics/research/").content.decode()
    answer = client.post("/statistics/research/", PERIOD)
    assert answer.status_code == 403
    assert "Ask its administrator for that role" in answer.content.decode()


def test_others_find_no_such_page(world: World, as_user: SignIn) -> None:
    for user in (world.doctor, world.specialist, world.administrator):
        assert as_user(user).get("/statistics/research/").status_code == 404


def test_who_asks_for_the_cohort_without_the_right_is_told_whose_it_is_and_gets_none(
    world: World, as_user: SignIn
) -> None:
    lines = {
        "en": "The export is for researchers of this network. Ask its administrator for that role.",
        "zh-hans": "导出仅限本网络的科研人员。如需该角色，请联系网络管理员。",
    }
    for user in (world.doctor, world.specialist, world.administrator):
        client = as_user(user)
        for language, sentence in lines.items():
            client.post("/language/", {"language": language, "next": "/about/"})
            for typed in (PERIOD, {"network": "x", "since": "never"}):
                answer = client.post("/statistics/research/", typed)
                assert answer.status_code == 403
                assert sentence in answer.content.decode()
    assert not AuditEntry.objects.filter(action="research_export").exists()


def test_months_that_cannot_be_read_are_refused_and_nothing_typed_is_lost(
    world: World, as_user: SignIn
) -> None:
    answer = as_user(world.coordinator).get(
        f"/statistics/research/?since=2026-06&until=2026-05&hospital={world.hospital.pk}"
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="2026-06"' in page
    assert 'value="2026-05"' in page
    assert f'value="{world.hospital.pk}" selected' in page


def test_the_kits_file_holds_the_numbers_of_the_page(world: World, as_user: SignIn) -> None:
    answer: Any = as_user(world.coordinator).get("/statistics/research/kit.csv", PERIOD)
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert lines[0] == list(KIT_HEADER)
    assert lines[1][:6] == ["all", "all results", "0", "0", "0", "0"]
    assert lines[2][:2] == ["with_close", "with failures within 24 h of sampling as failures"]
    left_out = ("too_close", "indeterminate", "beside_purpose", "unknown")
    assert lines[3:] == [["not_counted", name, "0"] for name in left_out]


def test_the_kits_file_is_for_who_sees_the_page(world: World, as_user: SignIn) -> None:
    for user in (world.doctor, world.specialist, world.administrator):
        assert as_user(user).get("/statistics/research/kit.csv").status_code == 404
    assert as_user(world.coordinator).get("/statistics/research/kit.csv?since=x").status_code == 422


def test_research_counts_the_kit_over_all_months(world: World, as_user: SignIn) -> None:
    for user, is_limited in ((world.researcher, True), (world.coordinator, False)):
        page = as_user(user).get("/statistics/research/").content.decode()
        assert ("For research all months are counted" in page) is is_limited
        assert ('name="since"' in page) is not is_limited


def test_the_kits_table_is_there_without_results(world: World, as_user: SignIn) -> None:
    page = as_user(world.coordinator).get("/statistics/research/").content.decode()
    assert "organ failure within 28 days of sampling" in page
    assert "Sensitivity" in page
