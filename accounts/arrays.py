"""Array literals for statements that write many rows at once: the driver's own take most of their time."""

from collections.abc import Iterable


def array(values: Iterable[object]) -> str:
    """Ids, numbers, times, texts and None as the text of a PostgreSQL array, for the statement to cast."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    text = str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
