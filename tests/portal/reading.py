"""Reading pages as a browser would: the hidden values of a form, and the words."""

import re
from html import unescape

FORM = re.compile(r'<form[^>]*action="(?P<action>[^"]*)"[^>]*>(?P<body>.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="(?P<name>[^"]+)" value="(?P<value>[^"]*)"')


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden values, the CSRF token aside, of the first form on `page` that is sent to `action`."""
    body = next(form["body"] for form in FORM.finditer(page) if form["action"] == action)
    values = {row["name"]: unescape(row["value"]) for row in HIDDEN.finditer(body)}
    values.pop("csrfmiddlewaretoken", None)
    return values


def visible_text(page: str) -> str:
    """What a reader sees of a page, without tags, scripts and folds of whitespace."""
    body = re.sub(r"<(script|style|template)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
