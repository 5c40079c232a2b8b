"""The Chinese of the platform is that of clinicians in China, in its own texts and in those of libraries."""

import gettext
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core import validators
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as translated
from django.utils.translation import override
from rest_framework import serializers

from scoring import Issue
from scoring.texts import issue_text, value_text

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
NEVER = (
    *("你", "token", "双因素", "必填项", "留空即为", "时间充裕", "仍要转诊", "患者错误", "测试录入"),
    *("在他处治疗", "已发送沟通消息", "该账号无诊疗患者", "下载队列", "由两个", "这不可能", "未注明胆红素"),
    *("保护肝实质", "早期ACLF", "≥12 mg/dL", "≥2 mg/dL", "收回承诺", "收回了承诺"),
)
"""Words that no text of ours has."""
SIGNS_OF_OTHERS = {
    "Paste a JWK Set ({“keys”: [ … ]}) or a public key in PEM (-----BEGIN PUBLIC KEY-----).",
    "yes,no,–",
    "Give each value a name: one per line, such as “name: 1.5”, 20 at most.",
    "One per line, such as “name: 1.5”, as the report names them.",
    "Risk = 1 − exp(−exp(h + linear predictor)), with h the log cumulative hazard.",
    (
        "rcs(x; knots) is a restricted cubic spline after Harrell: smooth between its knots, "
        "straight beyond them."
    ),
}
"""Texts that show what a person types, or how a formula is written, with its own signs."""
APPS = ("portal", "scoring", "referral", "files", "accounts")
TEMPLATES = sorted(file for app in APPS for file in (ROOT / app).rglob("templates/**/*.html"))
TRANSLATED = re.compile(r"\{% blocktranslate.*?endblocktranslate %\}", re.S)
NOT_CHINESE = re.compile(r'<(style|script).*?</\1>|<p lang="en">.*?</p>|="[^"]*"', re.S)
LIBRARIES = ("allauth", "django.contrib.auth", "django.contrib.admin")
SEEN_BY_NOBODY = ("oauth", "OAuth", "request token", "grant types", "response types")
"""Of libraries' texts: those of parts that this platform does not use."""


def own_texts() -> dict[str, str]:
    """The Chinese of every text by its English, plural forms joined."""
    with CATALOGUE.open("rb") as file:
        findings = [message for message in read_po(file) if message.id]
    return {_first(message.id): " ".join(_all(message.string)) for message in findings}


def _first(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def _all(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


@pytest.mark.parametrize("word", NEVER)
def test_no_text_has_a_word_that_clinicians_do_not_use(word: str) -> None:
    assert not {english: text for english, text in own_texts().items() if word in text}


@pytest.mark.parametrize("library", LIBRARIES)
def test_texts_of_libraries_that_say_it_otherwise_are_put_into_our_words(library: str) -> None:
    spec, own = find_spec(library), own_texts()
    assert spec is not None and spec.submodule_search_locations
    file = Path(spec.submodule_search_locations[0]) / "locale/zh_Hans/LC_MESSAGES/django.mo"
    with file.open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    theirs = {_first(key): text for key, text in catalogue.items() if key}
    wrong = {
        english for english, text in theirs.items() if any(word in text for word in ("你", "token", "双因素"))
    }
    assert not {one for one in wrong - own.keys() if not any(part in one for part in SEEN_BY_NOBODY)}


def test_what_a_field_refuses_is_said_in_words_of_ours() -> None:
    fields = [*vars(forms.fields).values(), *vars(validators).values(), *vars(serializers).values()]
    own = (
        "max_length",
        "min_length",
        "max_value",
        "min_value",
        "invalid_choice",
        "null",
        "blank",
        "max_digits",
    )
    messages = {
        str(text)
        for field in fields
        for code, text in getattr(field, "default_error_messages", {}).items()
        if code in own
    }
    with override("zh-hans"):
        said = {
            *map(translated, messages),
            validators.MaxLengthValidator(3).message % {"limit_value": 3, "show_value": 4},
        }
    assert not {
        text
        for text in said
        if any(word in text for word in ("变量", "字段", "该值", "确保", "null", "合法"))
    }


def test_texts_in_chinese_have_full_width_brackets_and_colons() -> None:
    half_width = re.compile(r"[^\x00-\x7f] ?[(:;?!]|\([^()]*[\u4e00-\u9fff][^()]*\)|[\u4e00-\u9fff] ?[),]")
    lines = {english: text for english, text in own_texts().items() if half_width.search(text)}
    assert set(lines) <= SIGNS_OF_OTHERS


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_brackets_and_colons_beside_texts_are_those_of_the_language(template: Path) -> None:
    """A bracket or colon between two tags stands outside what is translated: half-width in Chinese too."""
    shown = NOT_CHINESE.sub("", TRANSLATED.sub("", template.read_text()))
    assert not re.findall(r"\(\{[{%].{0,40}|.{0,40}[}%]\}[:;,?!)](?: |<|$)", shown)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_what_stands_between_the_parts_of_a_list_is_that_of_the_language(template: Path) -> None:
    assert not re.findall(r'join:"[,;:] ?"', template.read_text())


def test_documents_in_chinese_speak_politely() -> None:
    documents = [ROOT / "README.zh-CN.md", *(ROOT / "docs").rglob("*zh*.md")]
    assert not [str(file) for file in documents if "你" in file.read_text()]


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "Ⅱ级"), ("en", "Ⅱ")])
def test_a_grade_of_encephalopathy_is_written_in_roman_figures(language: str, words: str) -> None:
    with override(language):
        assert value_text("encephalopathy_grade", 2) == words


def test_a_missing_unit_is_asked_for_by_the_names_of_the_units() -> None:
    issue = Issue("bilirubin_unit", "unit_missing", {"units": ["umol/L", "mg/dL"]})
    with override("zh-hans"):
        assert issue_text(issue) == "请选择胆红素单位（µmol/L 或 mg/dL）。"


@pytest.mark.parametrize("password", ["123", "password", "12345678901234"])
def test_a_password_that_is_refused_is_refused_in_chinese(password: str) -> None:
    with override("zh-hans"), pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert all(re.search(r"[\u4e00-\u9fff]", message) for message in refused.value.messages)
