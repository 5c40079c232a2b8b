"""What pages load, put together: nothing that a page needs is lost, and nothing is made for nobody."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from config import bundles
from tests.contract.test_house import ROOMS, ROOT, written

CLASS = re.compile(r"\.(-?[a-z][\w-]*)", re.IGNORECASE)
SAID_IN_PAGES = re.compile(r"""class(?:Name)?\s*=\s*(["'])(.*?)\1""")
SAID_IN_SCRIPTS = re.compile(r"classList\.\w+\(([^)]*)\)")
SAID_IN_PARTS = re.compile(r"""class="[^">]*?\b([a-z]+(?:-[a-z]+)*)-\{[{%]""")
NAMED = re.compile(r"""static ['"]bundles/([\w.-]+)""")


def classes(sheet: str) -> set[str]:
    """Of which a style sheet says how they look."""
    return set(CLASS.findall(re.sub(r"\{[^{}]*\}", "{}", sheet)))


def said() -> set[str]:
    """Every word that templates, scripts and views say in the place of a class."""
    words: set[str] = set()
    for file in written(ROOMS, "*.html", "*.js", "*.py"):
        content = file.read_text()
        classes_said = [said for _quote, said in SAID_IN_PAGES.findall(content)]
        for part in (*classes_said, *SAID_IN_SCRIPTS.findall(content)):
            words.update(re.findall(r"[\w-]+", part))
    return words


def put_together(folder: Path, scripts: Mapping[str, str]) -> Path:
    """One bundle of these scripts."""
    for name, script in scripts.items():
        (folder / name).write_text(script)
    work: dict[str, Any] = {
        **bundles.plan(),
        "folder": str(folder),
        "bundles": {"all.js": [str(folder / name) for name in scripts]},
        "modules": {},
    }
    bundles.run(work)
    return folder / "all.js"


def test_every_class_of_the_library_that_a_page_a_script_or_a_view_names_is_still_there() -> None:
    whole = classes(bundles.source(bundles.REDUCED).read_text())
    kept = classes((bundles.made() / "base.css").read_text())
    used = said() & whole
    assert {"btn", "btn-primary", "card", "form-control", "form-select", "alert-warning"} <= used
    assert not used - kept


def test_every_name_that_a_page_puts_together_of_parts_is_listed_and_still_there() -> None:
    whole = classes(bundles.source(bundles.REDUCED).read_text())
    firsts = {first for page in written(ROOMS, "*.html") for first in SAID_IN_PARTS.findall(page.read_text())}
    ours = {first for first in firsts if not any(name.startswith(f"{first}-") for name in whole)}
    assert firsts - ours == set(bundles.COMPOSED)
    composed = {f"{first}-{second}" for first, others in bundles.COMPOSED.items() for second in others}
    assert composed <= whole & classes((bundles.made() / "base.css").read_text())


def test_most_of_the_library_is_left_out() -> None:
    """A page waits for it before it is drawn, on the slowest line too."""
    whole = bundles.source(bundles.REDUCED).read_text()
    assert len((bundles.made() / "base.css").read_text()) < len(whole) / 5


def test_pages_name_exactly_the_bundles_that_are_made() -> None:
    named = {name for page in written(ROOMS, "*.html") for name in NAMED.findall(page.read_text())}
    assert named == {*bundles.BUNDLES, *bundles.MODULES}


def test_a_bundle_keeps_the_notices_of_those_who_wrote_what_is_in_it() -> None:
    assert "Copyright 2018-2026 The Tabler Authors" in (bundles.made() / "base.css").read_text()


def test_an_error_in_one_script_is_reported_and_keeps_no_other_from_running(tmp_path: Path) -> None:
    scripts = {
        "first.js": "var first = 1; // ends with a remark",
        "broken.js": '(function () { "use strict"; throw Error("broken"); })()',
        "last.js": "console.log(JSON.stringify([first, reported]));",
    }
    bundle = put_together(tmp_path, scripts)
    page = "var reported = []; globalThis.reportError = (error) => reported.push(error.message);"
    answer = subprocess.run(
        [bundles.program("node"), "-e", page + bundle.read_text()], capture_output=True, text=True, check=True
    )
    assert json.loads(answer.stdout) == [1, ["broken"]]


def test_a_script_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(bundles.BundleError, match=r"unfinished\.js:2:15: ERROR: Unexpected"):
        put_together(tmp_path, {"whole.js": "", "unfinished.js": "\nconst answer = ;"})


def test_bundles_are_made_anew_only_when_something_they_are_made_of_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr(bundles, "FOLDER", tmp_path)
    monkeypatch.setattr(bundles, "run", made.append)
    monkeypatch.setattr(bundles, "is_installed", lambda: True)
    for _ in range(2):
        bundles.make()
    assert len(made) == 1
    (tmp_path / "page.html").write_text('<p class="card">')
    pages = [*bundles.pages(), tmp_path / "page.html"]
    monkeypatch.setattr(bundles, "pages", lambda: iter(pages))
    for text in ('<p class="card">', '<p class="alert">', '<p class="alert">'):
        (tmp_path / "page.html").write_text(text)
        bundles.make()
    assert len(made) == 3


def test_what_is_not_installed_is_said_with_what_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "FOLDER", tmp_path)
    monkeypatch.setattr(bundles, "PACKAGES", tmp_path / "node_modules")
    with pytest.raises(bundles.BundleError, match="is not there: `make node_modules/.done`"):
        bundles.make()


def test_tools_of_another_version_than_the_locked_one_are_not_taken_for_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles.made()
    assert bundles.is_installed()
    monkeypatch.setattr(bundles, "TOOLS", tmp_path)
    locked = {
        "": {},
        "node_modules/esbuild": {"version": "2.0.0"},
        "other": {"version": "1", "optional": True},
    }
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": locked}))
    assert not bundles.is_installed()
    (tmp_path / "node_modules").mkdir()
    for version, is_right in (("1.9.0", False), ("2.0.0", True)):
        there = {"node_modules/esbuild": {"version": version}}
        (tmp_path / "node_modules" / ".package-lock.json").write_text(json.dumps({"packages": there}))
        assert bundles.is_installed() is is_right


def test_what_is_put_together_is_not_named_by_itself_on_the_same_page() -> None:
    for page in written(ROOMS, "*.html"):
        content = page.read_text()
        inside = {file for name in NAMED.findall(content) for file in bundles.BUNDLES.get(name, ())}
        assert not [file for file in inside if f"'{file}'" in content], page.relative_to(ROOT)
