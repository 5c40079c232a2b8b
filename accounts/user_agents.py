"""What a device is, in plain words, from what its browser or app says of itself."""

from django.utils.translation import gettext as _
from ua_parser import parse

APPS = {"okhttp", "CFNetwork", "Dalvik", "Mobile Safari UI/WKWebView"}
"""Families that the parser names for programs which are no browser a person would know."""


def device_in_words(user_agent: str) -> str:
    """Such as “Chrome on Windows”; “unknown device” where nothing is recognised."""
    parsed = parse(user_agent)
    browser = parsed.user_agent.family if parsed.user_agent else ""
    system = parsed.os.family if parsed.os else ""
    device = parsed.device.family if parsed.device else ""
    where = device if device in ("iPhone", "iPad") else system
    if browser in APPS:
        browser = ""
    if browser and where:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": where}
    return browser or where or _("unknown device")
