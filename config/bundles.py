"""What pages load, put together and made small: of many readable sources a few files, of Tabler what is used.

`python -m config.bundles` writes `BUNDLES` and `MODULES` into a folder outside git, from which static files
are served in tests and collected for everything else; it does nothing while nothing they are made of has
changed. npm's esbuild and PurgeCSS do the work, which are installed where they are not (`TOOLS`). A rule of
Tabler stays when every class, id and tag it speaks of is a word of a page, a script or a view.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
FOLDER = ROOT / ".data" / "bundles"
TOOLS = ROOT / "bundling"
PREFIX = "bundles"
REDUCED = "@tabler/core/dist/css/tabler.min.css"

BUNDLES: Mapping[str, tuple[str, ...]] = {
    "base.css": (REDUCED, "portal/portal.css", "portal/strips.css"),
    "base.js": (
        "htmx.org/dist/htmx.min.js",
        "htmx-ext-sse/dist/sse.min.js",
        "portal/device.js",
        "portal/typed.js",
        "portal/drafts.js",
        "portal/sending.js",
        "portal/portal.js",
        "portal/moments.js",
        "accounts/errors.js",
        "portal/connection.js",
        "portal/live.js",
    ),
    "board.css": ("portal/case.css", "portal/board.css", "portal/places.css"),
    "board.js": ("portal/case.js", "portal/unfold.js"),
    "case.css": ("portal/case.css", "portal/calculator.css", "portal/files.css", "portal/background.css"),
    "case.js": ("portal/case.js", "portal/oxygen.js"),
    "home.css": ("portal/lists.css", "portal/places.css"),
    "indicators.css": ("portal/entry.css", "portal/files.css", "portal/labs.css"),
    "indicators.js": ("portal/entry.js", "portal/labs.js"),
    "new-case.css": ("portal/entry.css", "portal/files.css", "portal/labs.css", "portal/background.css"),
    "new-case.js": ("portal/offline.js", "portal/entry.js", "portal/labs.js"),
}
"""By name, the files that are put one after the other: ours by their static name, others by package and path.

An error in one script does not keep the following ones from running, as if each had a tag of its own.
"""

MODULES: Mapping[str, str] = {"alarm.js": "portal/alarm_page.js"}
"""By name, the module that is put together with all that it imports."""

COMPOSED: Mapping[str, tuple[str, ...]] = {
    "alert": ("danger", "info", "success", "warning"),
    "btn": ("danger", "primary"),
    "is": (),
    "progress": (),
}
"""Classes that pages put together as they are drawn, by their first part: the names among them of Tabler."""


class BundleError(Exception):
    """The bundles cannot be made; the message is a sentence for a person."""


def source(name: str) -> Path:
    """Where a file of `BUNDLES` or `MODULES` is."""
    room = name.partition("/")[0]
    ours = ROOT / room / "static" / name
    return ours if ours.is_file() else PACKAGES / name


def pages() -> Iterator[Path]:
    """What may name a class or a tag: templates, scripts, and the views that draw without a template."""
    for pattern in ("*/templates/**/*.html", "*/static/**/*.js", "portal/**/*.py"):
        yield from sorted(ROOT.glob(pattern))
    signing_in = find_spec("allauth")
    for folder in (signing_in and signing_in.submodule_search_locations) or ():
        yield from sorted(Path(folder).glob("templates/**/*.html"))


def plan() -> dict[str, Any]:
    """What the program is to do, with absolute paths."""
    sheets = sorted(ROOT.glob("*/static/**/*.css"))
    return {
        "folder": str(FOLDER),
        "bundles": {name: [str(source(file)) for file in files] for name, files in BUNDLES.items()},
        "modules": {name: str(source(file)) for name, file in MODULES.items()},
        "reduced": str(source(REDUCED)),
        "composed": [f"{first}-{second}" for first, others in COMPOSED.items() for second in others],
        "pages": [str(page) for page in pages()],
        "sheets": [str(sheet) for sheet in sheets],
    }


def _digest(work: Mapping[str, Any]) -> str:
    """Of all that the bundles are made of."""
    bundled = (file for files in work["bundles"].values() for file in files)
    made_of = {*work["pages"], *work["sheets"], *work["modules"].values(), *bundled}
    digest = hashlib.sha256(json.dumps(work).encode())
    for path in (*sorted(made_of), __file__, str(TOOLS / "make.mjs"), str(TOOLS / "package-lock.json")):
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()


def make() -> None:
    """Write the bundles if what they are made of has changed; one process at a time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            work = plan()
            digest = _digest(work)
        except FileNotFoundError as missing:
            raise BundleError(f"{missing.filename} is not there: `make node_modules/.done`.") from missing
        made_of = FOLDER / ".made-of"
        if made_of.exists() and made_of.read_text() == digest:
            return
        if not is_installed():
            _run([program("npm"), "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"])
        run(work)
        made_of.write_text(digest)


def is_installed() -> bool:
    """Whether the tools are there in the versions of their lock file."""
    locked, installed = (
        json.loads(file.read_text())["packages"] if file.exists() else {}
        for file in (TOOLS / "package-lock.json", TOOLS / "node_modules" / ".package-lock.json")
    )
    needed = {place: package for place, package in locked.items() if place and not package.get("optional")}
    return all(
        installed.get(place, {}).get("version") == package["version"] for place, package in needed.items()
    )


def run(work: Mapping[str, Any]) -> None:
    """Have a plan carried out."""
    _run([program("node"), "make.mjs"], json.dumps(work))


def program(name: str) -> str:
    """Where node or npm is: that of the environment before that of the machine."""
    path = shutil.which(name, path=_path())
    if path is None:
        raise BundleError(f"{name} is needed to put scripts and style sheets together: `make environment`.")
    return path


def _path() -> str:
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))


def _run(command: Sequence[str], given: str = "") -> None:
    environment = {**os.environ, "PATH": _path()}
    done = subprocess.run(
        command, cwd=TOOLS, env=environment, input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BundleError(f"Scripts and style sheets could not be put together.\n{done.stderr.strip()}")


@cache
def made() -> Path:
    """The folder of the bundles, as of what they are made of when this process first asked."""
    make()
    return FOLDER


if __name__ == "__main__":
    try:
        make()
    except BundleError as error:
        sys.exit(str(error))
