from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from referral.pathway import diagram

START, END = "<!-- pathway: drawn by manage.py draw_pathway -->", "<!-- /pathway -->"
PAGES = {"docs/pathway.md": "en", "docs/pathway.zh-CN.md": "zh-hans"}
READMES = {"README.md": "en", "README.zh-CN.md": "zh-hans"}


class Command(BaseCommand):
    help = "Draw the pathway's table: docs/pathway.md, its Chinese sister, and the diagram in both READMEs."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail if a file is not current"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        stale = [name for name, text in drawn(Path(settings.BASE_DIR)) if self.differs(name, text, check)]
        if check and stale:
            raise CommandError(f"Not current: {', '.join(stale)}. Run manage.py draw_pathway.")
        self.stdout.write(
            f"{'Would draw' if check else 'Drew'}: {', '.join(stale) or 'nothing, all is current'}"
        )

    def differs(self, name: str, text: str, check: bool) -> bool:
        file = Path(settings.BASE_DIR) / name
        if file.exists() and file.read_text() == text:
            return False
        if not check:
            file.write_text(text)
        return True


def drawn(root: Path) -> list[tuple[str, str]]:
    """Every file that shows the pathway, and the text that it should have."""
    files = []
    for name, language in PAGES.items():
        with translation.override(language):
            files.append((name, diagram.page()))
    for name, language in READMES.items():
        with translation.override(language):
            files.append((name, with_diagram((root / name).read_text(), diagram.diagram())))
    return files


def with_diagram(text: str, diagram: str) -> str:
    """`text` with `diagram` between its two marks."""
    before, mark, rest = text.partition(START)
    _old, end, after = rest.partition(END)
    if not (mark and end):
        raise CommandError(f"A README has lost its marks {START} and {END}.")
    return f"{before}{START}\n\n{diagram}\n\n{END}{after}"
