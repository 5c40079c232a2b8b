from pathlib import Path

import pytest

from config import catalogues

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, gettext_noop, ngettext, pgettext
A = _("Open cases")
B = gettext_lazy("Hello %(name)s")
C = gettext_noop("Bilirubin")
D = ngettext("%(count)s hour", "%(count)s hours", 2)
E = pgettext("verb", "Transfer")
F = "not for readers"
"""
TEMPLATE = """
{% load i18n %}
  <h1 title='{% translate "Ward board" %}'>{{ count|default:_("none") }}</h1>
        {% blocktranslate trimmed with who=user %}
          Signed in
          as {{ who }}
        {% endblocktranslate %}
   {% blocktranslate count n=n %}one bed{% plural %}{{ n }} beds{% endblocktranslate %}
"""
CHINESE = {
    "Open cases": "未结病例",
    "Hello %(name)s": "%(name)s 您好",
    "Bilirubin": "胆红素",
    "%(count)s hour": "%(count)s 小时",
    "Transfer": "转院",
    "Ward board": "病房看板",
    "none": "无",
    "Signed in as %(who)s": "已登录：%(who)s",
    "one bed": "%(n)s 张床",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "portal" / "templates").mkdir(parents=True)
    (tmp_path / "portal" / "texts.py").write_text(PYTHON)
    (tmp_path / "portal" / "templates" / "board.html").write_text(TEMPLATE)
    (tmp_path / "portal" / "migrations").mkdir()
    (tmp_path / "portal" / "migrations" / "0001.py").write_text('_("never collected")')
    return tmp_path


def test_texts_are_found_in_python_and_in_templates_and_nowhere_else(tree: Path) -> None:
    assert {
        catalogues._singular(message) for message in catalogues._messages(catalogues.collect(tree))
    } == set(CHINESE)


def test_english_needs_no_translator_and_chinese_is_asked_for(tree: Path) -> None:
    catalogues.update(tree)
    problems = catalogues.problems(tree)
    assert len(problems) == len(CHINESE)
    assert all(
        problem.startswith("zh_Hans: ") and problem.endswith("is not translated") for problem in problems
    )


def test_a_complete_catalogue_has_no_problems_and_another_update_changes_nothing(tree: Path) -> None:
    catalogues.update(tree)
    assert catalogues.merge(CHINESE, tree) == []
    assert catalogues.problems(tree) == []
    before = catalogues.po_file("zh_Hans", tree).read_bytes()
    catalogues.update(tree)
    assert catalogues.po_file("zh_Hans", tree).read_bytes() == before


def test_a_new_text_is_a_problem_until_it_is_collected_and_an_old_one_until_it_is_dropped(tree: Path) -> None:
    catalogues.update(tree)
    catalogues.merge(CHINESE, tree)
    (tree / "portal" / "texts.py").write_text(PYTHON.replace("Bilirubin", "Urea"))
    problems = "\n".join(catalogues.problems(tree))
    assert "zh_Hans: 'Urea' is not in the catalogue" in problems
    assert "en: 'Urea' is not in the catalogue" in problems
    assert "zh_Hans: 'Bilirubin' is no longer used" in problems


def test_a_translation_that_loses_a_placeholder_is_named(tree: Path) -> None:
    catalogues.update(tree)
    catalogues.merge(CHINESE | {"Hello %(name)s": "您好"}, tree)
    assert catalogues.problems(tree) == [
        "zh_Hans: 'Hello %(name)s' has other placeholders in its translation"
    ]


def test_a_fuzzy_translation_is_named(tree: Path) -> None:
    catalogues.update(tree)
    catalogues.merge(CHINESE, tree)
    file = catalogues.po_file("zh_Hans", tree)
    file.write_text(file.read_text().replace('msgid "Bilirubin"', '#, fuzzy\nmsgid "Bilirubin"'))
    assert catalogues.problems(tree) == ["zh_Hans: 'Bilirubin' is marked fuzzy"]


def test_a_translation_of_an_unknown_text_is_returned(tree: Path) -> None:
    catalogues.update(tree)
    assert catalogues.merge({"Gone": "没了"}, tree) == ["Gone"]


def test_the_files_say_nothing_of_when_and_by_what_they_were_made(tree: Path) -> None:
    catalogues.update(tree)
    text = catalogues.po_file("zh_Hans", tree).read_text()
    assert "Generated" not in text and "Date" not in text
    assert "nplurals=1" in text


def test_the_compiled_catalogue_speaks_chinese(tree: Path) -> None:
    import gettext

    catalogues.update(tree)
    catalogues.merge(CHINESE, tree)
    catalogues.compile_all([catalogues.po_file("zh_Hans", tree)])
    with catalogues.po_file("zh_Hans", tree).with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("Ward board") == "病房看板"
    assert compiled.ngettext("%(count)s hour", "%(count)s hours", 3) == "%(count)s 小时"
    assert compiled.pgettext("verb", "Transfer") == "转院"
