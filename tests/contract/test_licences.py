"""What runs with the product does not put it under the GPL, and a package that would is named."""

import tomllib

import pytest

from config.check import CHECKS
from config.licences import ACCEPTED, ROOT, findings, judged, python_licences, runtime_closure


def test_every_package_at_run_time_may_be_there() -> None:
    assert findings() == []
    assert CHECKS["licences"]() == ""


def test_what_is_under_the_gpl_serves_development_only() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    closure = runtime_closure(lock)
    assert {"django", "psycopg-binary", "matplotlib", "lifelines", "fido2"} <= set(closure), "extras too"
    assert not {"survset", "scikit-survival", "pytest"} & set(closure)


def test_a_package_under_the_gpl_would_be_named() -> None:
    (result,) = judged(python_licences(["survset"]))
    assert result.startswith("survset is under ") and "for development only" in result


@pytest.mark.parametrize(
    "licence",
    [
        "GPL-3.0-or-later",
        "AGPL-3.0-only",
        "GPLv3",
        "LGPL-2.1",
        "License :: OSI Approved :: GNU General Public License v2 (GPLv2)",
        "GNU Affero General Public License v3",
        "",
    ],
)
def test_copyleft_and_silence_are_refused(licence: str) -> None:
    assert list(judged([("thing", licence)]))


def test_permissive_licences_pass_and_an_exception_is_listed_with_its_reason() -> None:
    fine = ["MIT", "BSD-3-Clause AND 0BSD", "MPL-2.0", "Apache-2.0", "PSF-2.0"]
    assert not list(judged([("thing", licence) for licence in fine]))
    assert list(judged([("psycopg", "LGPL-3.0-only")])) == []
    assert all(len(why) > 10 for why in ACCEPTED.values())


def test_an_extra_that_brings_the_gpl_would_be_found() -> None:
    lock = {
        "package": [
            {
                "name": "aclf-referral",
                "dependencies": [{"name": "one"}],
                "optional-dependencies": {"research": [{"name": "two", "extra": ["more"]}]},
            },
            {"name": "one"},
            {"name": "two", "optional-dependencies": {"more": [{"name": "three"}]}},
            {"name": "three", "dependencies": [{"name": "one"}]},
            {"name": "four"},
        ]
    }
    assert runtime_closure(lock) == ["one", "three", "two"]
