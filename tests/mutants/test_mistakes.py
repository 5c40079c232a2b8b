"""The small mistakes that `make mutants` makes, and what it says of them."""

from pathlib import Path

import pytest
from coverage import CoverageData

from tests.mutants.__main__ import report
from tests.mutants.mistakes import Mistake, possible_mistakes
from tests.mutants.trial import ROUND, TestsByLine, Tree

SOURCE = "limit: int\n\n\ndef is_late(hours: float) -> bool:\n    return hours > 48 and hours >= 0\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "referral" / "deadlines"
    folder.mkdir(parents=True)
    (folder / "late.py").write_text(SOURCE)
    (folder / "migrations").mkdir()
    (folder / "migrations" / "0001_initial.py").write_text(SOURCE)
    return tmp_path


def test_every_mistake_changes_its_own_line_and_no_other(tree: Path) -> None:
    mistakes = possible_mistakes(tree)
    made = {mistake.made_in(SOURCE).splitlines()[4].strip() for mistake in mistakes}
    assert {"return hours >= 48 and hours >= 0", "return hours > 48 or hours >= 0"} <= made
    assert {mistake.line for mistake in mistakes} == {5}
    assert all(mistake.made_in(SOURCE).splitlines()[:4] == SOURCE.splitlines()[:4] for mistake in mistakes)


def test_migrations_and_lines_that_only_name_types_are_left_alone(tree: Path) -> None:
    assert {mistake.path for mistake in possible_mistakes(tree)} == {"referral/deadlines/late.py"}


def test_the_star_of_a_signature_is_no_product(tree: Path) -> None:
    file = tree / "referral" / "deadlines" / "late.py"
    file.write_text("def price(hours: float, *, each: float) -> float:\n    return hours * each\n")
    lines = {mistake.line for mistake in possible_mistakes(tree)}
    assert lines == {2}
    assert [one.made_in(file.read_text()) for one in possible_mistakes(tree)] == [
        "def price(hours: float, *, each: float) -> float:\n    return hours / each\n"
    ]


def test_no_mistake_is_missed_before_every_test_that_runs_its_line_was_asked(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Tree, "passes", lambda _, tests: not asked.extend(tests) and "t9999" not in tests)
    mistake = possible_mistakes(tree)[0]
    tests = [f"t{number:04}" for number in range(2 * ROUND + 1)]
    assert not Tree(tree).notices(mistake, tests)
    assert asked == tests
    assert Tree(tree).notices(mistake, [*tests, "t9999"])
    assert (tree / mistake.path).read_text() == SOURCE


def test_the_tests_nearest_to_a_mistake_are_asked_first(tmp_path: Path) -> None:
    names = ["tests/scoring/test_c.py::test_c", "tests/referral/intake/test_b.py::test_b"]
    names.append("tests/referral/pathway/test_a.py::test_a")
    data = CoverageData(str(tmp_path / "coverage"))
    for name in names:
        data.set_context(f"{name}|run")
        data.add_lines({str(tmp_path / "referral/pathway/effects/offers.py"): [7]})
    data.write()
    mistake = Mistake("pathway", "referral/pathway/effects/offers.py", 7, "core/AddNot", 0)
    assert TestsByLine(tmp_path / "coverage", tmp_path).of(mistake) == names[::-1]


def test_of_what_a_module_makes_once_for_all_its_tests_the_whole_module_is_asked(tmp_path: Path) -> None:
    room, other = "tests/scoring/test_a.py", "tests/api/test_b.py"
    data = CoverageData(str(tmp_path / "coverage"))
    for context in (f"{room}::test_first|setup", f"{other}::test_first|setup", f"{other}::test_third|run"):
        data.set_context(context)
        data.add_lines({str(tmp_path / "scoring/scores/albi.py"): [7]})
    data.write()
    mistake = Mistake("scoring", "scoring/scores/albi.py", 7, "core/AddNot", 0)
    *single, last = TestsByLine(tmp_path / "coverage", tmp_path).of(mistake)
    assert sorted(single) == [f"{other}::test_first", f"{other}::test_third", f"{room}::test_first"]
    assert last == room


def test_of_what_a_file_declares_the_modules_that_import_it_are_asked_first(tmp_path: Path) -> None:
    for name, text in {
        "a": "from scoring.units import KPA\n",
        "b": "from scoring.units_of import X\n",
    }.items():
        module = tmp_path / "tests" / "scoring" / f"test_{name}.py"
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text(text)
    (tmp_path / "scoring").mkdir()
    (tmp_path / "scoring" / "units.py").write_text(SOURCE)
    data = CoverageData(str(tmp_path / "coverage"))
    data.set_context("tests/scoring/test_b.py::test_b|run")
    data.add_lines({str(tmp_path / "scoring/units.py"): [7]})
    data.write()
    mistake = Mistake("scoring", "scoring/units.py", 3, "core/NumberReplacer", 0)
    asked = TestsByLine(tmp_path / "coverage", tmp_path).of(mistake)
    assert asked == ["tests/scoring/test_a.py", "tests/scoring/test_b.py::test_b"]


def test_of_a_file_that_only_declares_the_tests_of_its_folder_are_asked(tmp_path: Path) -> None:
    data = CoverageData(str(tmp_path / "coverage"))
    folder = tmp_path / "referral" / "pathway" / "inputs"
    folder.mkdir(parents=True)
    for name in ("parsers", "background"):
        (folder / f"{name}.py").write_text(SOURCE)
    data.set_context("tests/referral/test_a.py::test_a|run")
    data.add_lines({str(folder / "parsers.py"): [7]})
    data.set_context("")
    data.add_lines({str(folder / "background.py"): [3]})
    data.write()
    mistake = Mistake("pathway", "referral/pathway/inputs/background.py", 3, "core/AddNot", 0)
    asked = TestsByLine(tmp_path / "coverage", tmp_path).of(mistake)
    assert asked == ["tests/referral/test_a.py::test_a"]


def test_of_a_line_that_runs_at_import_the_tests_of_its_folder_are_asked_whatever_test_runs_it_too(
    tmp_path: Path,
) -> None:
    data = CoverageData(str(tmp_path / "coverage"))
    folder = tmp_path / "referral" / "pathway" / "inputs"
    folder.mkdir(parents=True)
    for name in ("parsers", "ward"):
        (folder / f"{name}.py").write_text(SOURCE)
    for context, name, lines in (
        ("", "ward", [3, 7]),
        ("tests/referral/test_a.py::test_a|run", "ward", [3]),
        ("tests/referral/test_b.py::test_b|run", "parsers", [5]),
        ("tests/referral/test_c.py::test_c|run", "ward", [9]),
    ):
        data.set_context(context)
        data.add_lines({str(folder / f"{name}.py"): lines})
    data.write()
    tests = TestsByLine(tmp_path / "coverage", tmp_path)
    asked = [
        sorted(
            name[-1]
            for name in tests.of(
                Mistake("pathway", "referral/pathway/inputs/ward.py", line, "core/AddNot", 0)
            )
        )
        for line in (3, 7, 9)
    ]
    assert asked == [["a", "b", "c"], ["a", "b", "c"], ["c"]]


def test_the_report_counts_by_area_with_an_interval() -> None:
    tried = [Mistake(area, "a.py", line, "core/AddNot", 0) for area in AREAS_TRIED for line in range(10)]
    table = report([*tried, *tried], tried, tried[:1])
    assert "| deadlines | 20 | 10 | 90% | 60% to 98% |" in table
    assert table.endswith("Noticed 39 of 40.")


AREAS_TRIED = ("deadlines", "pathway", "delivery", "scoring")
