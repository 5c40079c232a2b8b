"""What a browser would send from the form of a page."""

from html.parser import HTMLParser
from typing import Any


class FormReader(HTMLParser):
    """Collects names and values of inputs, selects and text areas, as they stand on the page.

    Several boxes of one name that are ticked become a list.
    """

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name, value = values.get("name", ""), values.get("value", "")
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._textarea, self.values[name] = name, ""
        elif tag == "option" and "selected" in values and self._select:
            self.values[self._select] = value
        elif tag == "input" and name and values.get("type") not in ("submit", "checkbox", "file"):
            self.values[name] = value
        elif tag == "input" and values.get("type") == "checkbox" and "checked" in values:
            self._tick(name, value or "on")

    def _tick(self, name: str, value: Any) -> None:
        if name in self.values:
            before = self.values[name]
            value = [*before, value] if isinstance(before, list) else [before, value]
        self.values[name] = value

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""


def values_of(page: str) -> dict[str, Any]:
    reader = FormReader()
    reader.feed(page)
    return reader.values
