"""The evidence library: what is loaded, what is refused and where its fault is, what a search finds."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from referral.evidence import EvidenceFileError, load_bundled, load_file, search
from referral.evidence.searching import classes
from referral.evidence.terms import CERTAINTY, CLASSES, LEVELS, reference_of, text_of
from referral.models import Evidence
from tests.world import HOUR, NOW

pytestmark = pytest.mark.django_db

HEADING = "therapy_en,therapy_zh,study,year,outcome_en,registry_number\n"


@pytest.fixture
def written(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(text: str | bytes, name: str = "trials.csv") -> Path:
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


def refused(file: Path) -> tuple[int, str]:
    """The line at fault and the words about it; nothing was loaded."""
    before = Evidence.objects.count()
    with override("en"), pytest.raises(EvidenceFileError) as refusal:
        load_file(file, now=NOW)
    assert Evidence.objects.count() == before
    return refusal.value.line, str(refusal.value)


def test_what_the_product_brings_along_is_complete_in_both_languages() -> None:
    assert load_bundled(now=NOW) == 34 + 25 + 4
    for row in Evidence.objects.all():
        for name in ("therapy", "mechanism", "design", "population", "outcome"):
            assert getattr(row, f"{name}_en") and getattr(row, f"{name}_zh"), (row.collection, row.line, name)
        assert row.therapy_class in CLASSES
        assert row.evidence_level in LEVELS
        assert row.certainty in CERTAINTY


def test_the_therapies_of_the_review_of_aclf_are_there_and_so_is_the_published_immunosep() -> None:
    load_bundled(now=NOW)
    for words in ("interleukin-22", "hihep", "mesenchymal", "dpmas real-world"):
        assert search(words).exists(), words
    for short in ("IL-22", "MSC", "IL-2", "IL-7", "IL-15", "IFN-gamma", "IFN-γ", "Pentaglobin", "DPMAS"):
        assert search(short).exists(), short
    row = search("immunosep").get()
    assert (row.registry_number, row.certainty) == ("NCT04990232", "read")
    assert "28-day mortality no different" in row.outcome_en


def test_a_search_finds_all_words_in_either_language_and_in_any_case() -> None:
    load_bundled(now=NOW)
    assert search("nct04979052").count() == 1
    assert {row.therapy_en for row in search("胸腺肽 乌司他丁")} == {"Thymosin alpha-1 with ulinastatin"}
    assert search("LAG-3 thymosin").count() == 0
    assert search(therapy_class="personalised").count() == 1
    assert "checkpoint" in classes()
    assert search().count() == 63


def test_a_text_is_told_in_the_readers_language_or_in_the_one_there_is() -> None:
    row = Evidence(therapy_en="Interleukin-2", therapy_zh="白细胞介素-2", outcome_en="more cells")
    with override("zh-hans"):
        assert (text_of(row, "therapy"), text_of(row, "outcome")) == ("白细胞介素-2", "more cells")
    with override("en"):
        assert text_of(row, "therapy") == "Interleukin-2"


def test_a_bare_number_of_a_reference_says_whose_list_it_is_of() -> None:
    with override("en"):
        assert reference_of(Evidence(reference="47; 53")) == (
            "no. 47; 53 in the reference list of the review it was taken from"
        )
        assert reference_of(Evidence(reference="Blood")) == "Blood"
        assert reference_of(Evidence()) == ""


def test_loading_a_file_again_takes_the_place_of_what_it_said_before(written) -> None:  # type: ignore[no-untyped-def]
    load_bundled(now=NOW)
    load_file(written(HEADING + "A,甲,one,2001,x,NCT1\nB,乙,two,2002,y,NCT2\n"), now=NOW)
    load_file(written(HEADING + "C,丙,three,2003,z,NCT3\n"), now=NOW + HOUR)
    assert [row.study for row in Evidence.objects.filter(collection="trials")] == ["three"]
    assert Evidence.objects.count() == 64


def test_a_published_table_with_other_headings_is_understood(written) -> None:  # type: ignore[no-untyped-def]
    table = "author,year,pathogen,observation,type,journal\nLevy Y,1999,HIV,CD4+ T 细胞升高,随机对照,Lancet\n"
    assert load_file(written(table), now=NOW, therapy="Interleukin-2") == 1
    row = Evidence.objects.get()
    assert (row.study, row.population_en, row.reference) == ("Levy Y", "HIV", "Lancet")
    assert (row.outcome_zh, row.design_zh, row.therapy_en) == ("CD4+ T 细胞升高", "随机对照", "Interleukin-2")

    table = "therapy,class,n,reported_outcome,nct_id\nIL-7,cytokine,27,better,NCT03821038\n"
    load_file(written(table), now=NOW)
    row = Evidence.objects.get()
    assert (row.therapy_en, row.participants, row.outcome_en) == ("IL-7", "27", "better")


def test_the_name_of_a_file_stands_for_a_therapy_that_nobody_named(written) -> None:  # type: ignore[no-untyped-def]
    load_file(written("study,year\nLevy Y,1999\n", "il2_trials.csv"), now=NOW)
    assert Evidence.objects.get().therapy_en == "il2 trials"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("therapy_en,colour\nA,red\n", 1, "colour"),
        ("therapy_en,study,author\nA,x,y\n", 1, "study"),
        ("", 1, "file is empty"),
        ("therapy,colour\nX,red\n", 1, "Known are: therapy, mechanism"),
        ("therapy,year\nX\0,2020\n", 2, "not UTF-8"),
        (HEADING, 1, "no rows"),
        (HEADING + "A,甲,one,2001,x,NCT1\nB,乙,two\n", 3, "3 cells"),
        (HEADING + "A,甲,one,2001,x,NCT1\n\nB,乙,two,last year,y,NCT2\n", 4, "last year"),
        (HEADING + ",,one,2001,x,NCT1\n", 2, "not named"),
        (HEADING + 'A,甲,"one" two,2001,x,NCT1\n', 2, "cannot be read"),
        (HEADING + f"A,甲,{'x' * 201},2001,x,NCT1\n", 2, "study"),
        (HEADING.encode() + "A,甲,one,2001,x,NCT1\n".encode() + b"B,\xff,one,2001,x,NCT1\n", 3, "UTF-8"),
        (HEADING + "A,甲,one,2001,x,NCT1\n合计,1,,,,\n", 3, "row of totals"),
        (HEADING + "A,甲,one,2001,x,NCT1,,more\n", 2, "8 cells"),
        (HEADING + "A,甲,one,2001,x,NCT1\n注：来自综述,,,,,\n", 3, "remark"),
        (HEADING + "A,甲,one,2001,x,NCT1\nB,乙,two,2002,y,NCT2\nA,甲,one,2001,x,NCT1\n", 4, "line 2"),
        (HEADING + "A,甲,one,2094,x,NCT1\n", 2, "2094 lies in the future"),
    ],
)
def test_a_malformed_file_is_refused_with_the_line_at_fault(  # type: ignore[no-untyped-def]
    written, text: str | bytes, line: int, words: str
) -> None:
    load_file(written(HEADING + "A,甲,one,2001,x,NCT1\n"), now=NOW)
    result, message = refused(written(text))
    assert result == line
    assert words in message
    assert Evidence.objects.get().study == "one"


@pytest.mark.parametrize(
    "text",
    [
        (HEADING + "A,甲,one,2001,x,NCT1\n").encode("gb18030"),
        (HEADING + "A,甲,one,2001,x,NCT1\n").encode("utf-16"),
        "sep=;\n" + (HEADING + "A,甲,one,2001,x,NCT1\n").replace(",", ";"),
        (HEADING + "A,甲,one,2001,x,NCT1\n").replace(",", "\t"),
        HEADING.strip() + ",,\nA,甲,one,２００１年,x,NCT1,,\n,,,,,,,\n",
        "therapy_en,疗法,作者,年份,outcome_en,注册号\nA,甲,one,2001,x,NCT1\n".replace("疗法", "therapy_zh"),
    ],
    ids=["gb18030", "utf-16", "sep line", "tabs", "empty columns", "chinese headings"],
)
def test_a_file_as_a_spreadsheet_saves_it_is_understood(written, text: str | bytes) -> None:  # type: ignore[no-untyped-def]
    assert load_file(written(text), now=NOW) == 1
    row = Evidence.objects.get()
    assert (row.therapy_zh, row.study, row.year, row.registry_number) == ("甲", "one", 2001, "NCT1")


def test_a_cell_that_says_that_nothing_is_known_is_left_empty(written) -> None:  # type: ignore[no-untyped-def]
    load_file(written(HEADING + "A,甲,one,-,不详,N/A\n"), now=NOW)
    row = Evidence.objects.get()
    assert (row.year, row.outcome_en, row.registry_number) == (None, "", "")


def test_another_encoding_is_announced_by_the_command(written, capsys) -> None:  # type: ignore[no-untyped-def]
    with override("en"):
        call_command("load_evidence", written((HEADING + "A,甲,one,2001,x,NCT1\n").encode("gb18030")))
    assert "read as GB18030" in capsys.readouterr().err


def test_the_command_loads_what_is_named_or_what_the_product_brings(written, capsys) -> None:  # type: ignore[no-untyped-def]
    call_command("load_evidence")
    assert "Loaded 34 rows from immunotherapies.csv." in capsys.readouterr().out
    call_command("load_evidence", written("study\nLevy Y\n"), "--therapy", "Interleukin-2")
    assert Evidence.objects.get(collection="trials").therapy_en == "Interleukin-2"


def test_the_command_says_which_line_is_wrong(written, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CommandError, match=r"trials\.csv, line 2: .*Nothing of this file was loaded"):
        call_command("load_evidence", written(HEADING + "A\n"))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_evidence", tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (f"A,甲,one,{'9' * 5000},x,NCT1", "is not a year"),
        ("A,甲,one,2001-2002,x,NCT1", "is not a year"),
        ("A,甲,one,二〇〇一,x,NCT1", "is not a year"),
        ("A\x07,甲,one,2001,x,NCT1", "cannot be kept"),
        (f"A,甲,one,2001,{'x' * 200_000},NCT1", "cannot be read"),
        ('A,"甲,one,2001,x,NCT1', "cannot be read"),
    ],
    ids=["digits", "two years", "numerals", "control character", "long cell", "open quotation"],
)
def test_a_cell_that_cannot_be_taken_is_refused_with_its_line(written, row: str, fault: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EvidenceFileError, match=fault) as refusal:
        load_file(written(f"{HEADING}A,甲,one,2001,x,NCT1\n{row}\n"), now=NOW)
    assert refusal.value.line == 3
    assert not Evidence.objects.exists()


def test_breaks_that_only_some_programs_take_for_lines_stay_in_their_cell(written) -> None:  # type: ignore[no-untyped-def]
    load_file(written(HEADING + "A\u202e,甲\u2028乙,one,2001,x\u200b,NCT1\n"), now=NOW)
    row = Evidence.objects.get()
    assert (row.therapy_en, row.therapy_zh, row.outcome_en) == ("A", "甲\n乙", "x")
