"""Translation catalogues, made and checked without the gettext programs.

    python -m config.catalogues update           collect the tree's texts into locale/*/LC_MESSAGES/django.po
    python -m config.catalogues merge FILE.json  take translations from {"English": "translation"}
    python -m config.catalogues check            name each text that is missing, untranslated, fuzzy or broken
    python -m config.catalogues compile [FILE]   write the .mo beside each .po

The English catalogue says of every text what it is, so that a text missing from it is a mistake too.
"""

import argparse
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    *("accounts", "scoring", "notifications", "files", "integrations", "labs"),
    *("referral", "portal", "api", "fhir", "config"),
)
SOURCE, TARGET = "en", "zh_Hans"
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}_{kind}": DEFAULT_KEYWORDS[name]
    for name in ("gettext", "ngettext", "pgettext", "npgettext")
    for kind in ("lazy", "noop")
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sd]|\{\w*\}")
HEADER = """\
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals={catalogue.num_plurals}; plural={catalogue.plural_expr};\\n"

"""


def collect(root: Path = ROOT) -> Catalog:
    """Every text that the Python files and templates under `root` mark for translation."""
    catalog = Catalog(charset="utf-8")
    for file in _sources(root):
        for line, text, comments, context in _texts(file):
            catalog.add(
                text, locations=[(str(file.relative_to(root)), line)], auto_comments=comments, context=context
            )
    return catalog


def _sources(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted(path for path in (root / room).rglob("*.py") if "migrations" not in path.parts)
        for suffix in ("html", "txt", "xml"):
            yield from sorted((root / room).glob(f"**/templates/**/*.{suffix}"))


def _texts(file: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    source = file.read_text()
    if file.suffix != ".py":
        # Indentation means nothing in a template and everything to the reader of Python tokens.
        source = "\n".join(line.lstrip() for line in templatize(source).split("\n"))
    for line, text, comments, context in extract(
        "python", io.BytesIO(source.encode()), KEYWORDS, ["Translators"]
    ):
        if text:
            yield line, text, comments, context


def po_file(locale: str, root: Path = ROOT) -> Path:
    return root / "locale" / locale / "LC_MESSAGES" / "django.po"


def read(locale: str, root: Path = ROOT) -> Catalog:
    file = po_file(locale, root)
    with io.BytesIO(file.read_bytes() if file.exists() else b"") as content:
        return read_po(content, locale=locale, charset="utf-8")


def write(catalogue: Catalog, locale: str, root: Path = ROOT) -> None:
    body = io.BytesIO()
    write_po(
        body, catalogue, width=100, omit_header=True, sort_output=True, no_location=True, ignore_obsolete=True
    )
    file = po_file(locale, root)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(HEADER.format(locale=locale, catalogue=catalogue).encode() + body.getvalue())


def update(root: Path = ROOT) -> None:
    for locale in (SOURCE, TARGET):
        catalogue = read(locale, root)
        catalogue.update(collect(root), no_fuzzy_matching=True)
        if locale == SOURCE:
            for message in _messages(catalogue):
                message.string = message.id
        write(catalogue, locale, root)


def merge(translations: dict[str, str], root: Path = ROOT) -> list[str]:
    """Put `translations` into the Chinese catalogue; returns the texts that it does not know."""
    catalogue = read(TARGET, root)
    existing = set()
    for message in _messages(catalogue):
        key = _singular(message)
        if key in translations:
            existing.add(key)
            message.string = (translations[key],) if message.pluralizable else translations[key]
            message.flags.discard("fuzzy")
    write(catalogue, TARGET, root)
    return sorted(translations.keys() - existing)


def problems(root: Path = ROOT) -> list[str]:
    """A sentence for each text that a reader would see wrong or in the wrong language."""
    texts = collect(root)
    return [
        sentence
        for locale in (SOURCE, TARGET)
        for sentence in _problems_of(texts, read(locale, root), locale)
    ]


def _problems_of(texts: Catalog, catalogue: Catalog, locale: str) -> Iterator[str]:
    for expected in _messages(texts):
        message = catalogue.get(expected.id, expected.context)
        shown = f"{locale}: {_singular(expected)!r}"
        if message is None:
            yield f"{shown} is not in the catalogue (make catalogues)"
        elif message.fuzzy:
            yield f"{shown} is marked fuzzy"
        elif not all(_strings(message)):
            yield f"{shown} is not translated"
        elif any(_placeholders(text) != _placeholders(_plural(expected)) for text in _strings(message)[-1:]):
            yield f"{shown} has other placeholders in its translation"
    for message in _messages(catalogue):
        if texts.get(message.id, message.context) is None:
            yield f"{locale}: {_singular(message)!r} is no longer used (make catalogues)"


def compile_all(files: list[Path]) -> None:
    for file in files:
        locale = file.parent.parent.name
        with file.open("rb") as source, file.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source, locale=locale, charset="utf-8"))


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _singular(message: Message) -> str:
    return str(message.id[0] if message.pluralizable else message.id)


def _plural(message: Message) -> str:
    return str(message.id[-1] if message.pluralizable else message.id)


def _strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, list | tuple) else (str(message.string),)


def _placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def main() -> int:
    parser = argparse.ArgumentParser(description="Translation catalogues")
    parser.add_argument("action", choices=["update", "merge", "check", "compile"])
    parser.add_argument("files", nargs="*", type=Path)
    arguments = parser.parse_args()
    complaints: list[str] = []
    match arguments.action:
        case "update":
            update()
        case "merge":
            for file in arguments.files:
                complaints += [
                    f"{file}: {text!r} is not in the catalogue"
                    for text in merge(json.loads(file.read_text()))
                ]
        case "check":
            complaints = problems()
        case "compile":
            compile_all(arguments.files or [po_file(SOURCE), po_file(TARGET)])
    print("\n".join(complaints), end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
