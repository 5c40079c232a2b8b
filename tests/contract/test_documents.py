"""Documents that say only what the code shows: settings, tests, links and the drawn pathway."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from config.environment import VARIABLES
from referral.management.commands.draw_pathway import END, START, with_diagram
from referral.pathway import diagram
from referral.pathway.table import TABLE
from referral.pathway.vocabulary import Kind, State, Verb

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
PROOF = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.fixture
def page() -> str:
    with translation.override("en"):
        return diagram.page()


def test_the_drawn_pathway_is_current_in_every_file() -> None:
    call_command("draw_pathway", "--check")


def test_every_change_of_state_is_in_the_picture() -> None:
    picture = diagram.diagram()
    for row in TABLE:
        for target in {*diagram.targets_of(row)} - {diagram.NEXT}:
            for node in diagram.nodes_of(row.sources):
                if node != target:
                    assert re.search(rf"{re.escape(node)} --> {target} : .*{row.verb.label}", picture), row
    for state in State:
        assert f"    {state.value} : {state.label}" in picture


def test_every_verb_and_deadline_has_its_row(page: str) -> None:
    for word in (*Verb, *Kind):
        assert f"`{word.value}`" in page
    for line in page.splitlines():
        if line.startswith("|"):
            assert line.count("|") in {6, 8}, line


def test_the_chinese_page_has_the_same_shape() -> None:
    with translation.override("zh-hans"):
        chinese = diagram.page()
    with translation.override("en"):
        english = diagram.page()
    assert len(chinese.splitlines()) == len(english.splitlines())


def test_a_readme_without_its_marks_is_refused() -> None:
    assert with_diagram(f"a\n{START}\nold\n{END}\nb", "new") == f"a\n{START}\n\nnew\n\n{END}\nb"
    for text in ("", START, f"{END}{START}"):
        with pytest.raises(CommandError, match="marks"):
            with_diagram(text, "new")


def test_operations_names_every_setting_and_no_other() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    table = text.split("## Settings")[1].split("\n## ")[0]
    named = set(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))
    listed = {name for cell in named for name in re.findall(r"`([A-Z_]+)`", cell)}
    assert listed == set(VARIABLES)


@pytest.mark.parametrize("name", ["hazard-log.md", "threat-model.md"])
def test_what_a_control_is_proved_by_exists(name: str) -> None:
    proofs = PROOF.findall((ROOT / "docs" / name).read_text())
    assert proofs
    for file, test in proofs:
        target = next((path for path in (ROOT / "tests" / file, ROOT / file) if path.exists()), None)
        assert target is not None, file
        assert not test or f"def {test}(" in target.read_text(), f"{file}::{test}"


def test_every_hazard_has_a_control_a_proof_and_what_is_left() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs" / "hazard-log.md").read_text().splitlines()
        if line.startswith("| H")
    ]
    assert [row[0] for row in rows] == [f"H{number}" for number in range(1, len(rows) + 1)]
    for row in rows:
        assert len(row) == 7, row[0]
        assert all(row), row[0]


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(file: Path) -> None:
    for target in LINK.findall(file.read_text()):
        if target.startswith(("http://", "https://")):
            continue
        path = (file.parent / target).resolve()
        assert path.exists(), target


def test_the_documents_build_as_a_site_without_a_dead_link(tmp_path: Path) -> None:
    mkdocs = Path(sys.executable).with_name("mkdocs")
    command = [mkdocs, "build", "--strict", "--site-dir", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "zh-CN" / "pathway.html").exists()


def test_both_readmes_have_the_same_parts() -> None:
    english, chinese = ((ROOT / name).read_text().split("\n## ") for name in ("README.md", "README.zh-CN.md"))
    assert len(english) == len(chinese)
    for one, other in zip(english, chinese, strict=True):
        assert one.count("```") == other.count("```")
