"""`csrf_token` as every template has it, which here also says whose page the form is on."""

from typing import Any

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from portal.page_owner import FIELD, mark_of

register = template.Library()


class OwnedFormNode(CsrfTokenNode):
    """The hidden fields of a form: the token against forgery, and the mark of who is signed in."""

    def render(self, context: template.Context) -> str:
        return f"{super().render(context)}{owner_field(context)}"


@register.tag
def csrf_token(parser: Any, token: Any) -> OwnedFormNode:
    return OwnedFormNode()


def owner_field(context: template.Context) -> SafeString | str:
    user = getattr(context.get("request"), "user", None) or context.get("user")
    if not isinstance(user, User):
        return ""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, mark_of(user))
