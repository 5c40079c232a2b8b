"""Under which licences the product's packages are: what runs with it may not bind it to the GPL.

The product is under Apache 2.0. A package under the GPL or AGPL that it needs at run time, the `research`
extra included, would put the whole under that licence; tools of development and tests are not distributed.
The closure is read from the lock files, the licence of a Python package from what it says of itself.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = "aclf-referral"
COPYLEFT = re.compile(r"\b[AL]?GPL|General Public Licen[sc]e|\bSSPL|\bEUPL|\bOSL-", re.IGNORECASE)

ACCEPTED: Mapping[str, str] = {
    "psycopg": "LGPL-3.0: used as a library, unchanged and replaceable, which the LGPL allows.",
    "psycopg-binary": "LGPL-3.0: as psycopg, of which it is the compiled part.",
    "pi-heif": "LGPL-3.0: decoders alone, libheif and libde265, used as libraries.",
    "psycopg-pool": "LGPL-3.0: as psycopg.",
    "pycurl": "LGPL-2.1 or MIT: taken under MIT, as is libcurl (curl licence) that comes with it.",
    "pyphen": "MPL-1.1, one of the three licences it may be had under.",
}
"""Packages at run time under a licence that the pattern would refuse, and why each is in order."""

UNSTATED: Mapping[str, str] = {"htmx-ext-sse": "BSD Zero Clause, in its LICENSE"}
"""The licence of packages that do not say it where tools look, read in their sources."""


def findings() -> list[str]:
    """A sentence for each package at run time whose licence is not in order or not stated."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    scripts = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    return [*judged(python_licences(runtime_closure(lock))), *judged(script_licences(scripts))]


def judged(licences: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A sentence for each (package, licence) that may not be there."""
    for name, licence in licences:
        if name in ACCEPTED:
            continue
        if not licence:
            yield f"{name} does not say its licence: read it in its sources and list it in UNSTATED."
        elif COPYLEFT.search(licence):
            yield f"{name} is under {licence}: for development only, or not at all."


def runtime_closure(lock: Mapping[str, Any]) -> list[str]:
    """Names of all packages that the product or one of its extras needs, on any machine."""
    versions: dict[str, list[dict[str, Any]]] = {}
    for package in lock["package"]:
        versions.setdefault(package["name"], []).append(package)
    waiting, reached = [(PRODUCT, extra) for extra in _extras(versions[PRODUCT])], set[tuple[str, str]]()
    while waiting:
        required = waiting.pop()
        if required in reached:
            continue
        reached.add(required)
        waiting += [each for package in versions[required[0]] for each in _needs(package, required[1])]
    return sorted({name for name, _extra in reached} - {PRODUCT})


def python_licences(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What each of the packages that are installed here says of its licence."""
    for name in names:
        try:
            said = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # for another machine or another Python, where this check looks at it
        expressions, texts = said.get_all("License-Expression", []), said.get_all("License", [])
        classifiers = [line for line in said.get_all("Classifier", []) if line.startswith("License ::")]
        stated = [*expressions, *classifiers, *(_first_line(text) for text in texts)]
        yield name, "; ".join(part for part in stated if part) or UNSTATED.get(name, "")


def script_licences(lock: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What each package of the front end that is served says of its licence."""
    for place, package in lock["packages"].items():
        if place and not package.get("dev"):
            name = place.removeprefix("node_modules/")
            yield name, package.get("license") or UNSTATED.get(name, "")


def _extras(product: list[dict[str, Any]]) -> list[str]:
    return ["", *(extra for package in product for extra in package.get("optional-dependencies", {}))]


def _needs(package: Mapping[str, Any], extra: str) -> Iterator[tuple[str, str]]:
    """The packages, each with an extra or none, that this one with that extra needs."""
    needed = (
        package.get("optional-dependencies", {}).get(extra, []) if extra else package.get("dependencies", [])
    )
    for other in needed:
        yield other["name"], ""
        yield from ((other["name"], each) for each in other.get("extra", []))


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
