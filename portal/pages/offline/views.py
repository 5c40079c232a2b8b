"""What a browser keeps at hand: the worker, the app's description, the page for want of a connection."""

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import User

WORKER = Path(__file__).resolve().parents[2] / "static" / "portal" / "worker.js"
BRAND, GROUND = "#0a5c70", "#f2f5f6"
BITMAPS = (192, 512)


@cache_control(no_cache=True)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, because a worker's place is what it may answer for."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@cache
def _worker() -> str:
    return WORKER.read_text()


@cache_control(no_cache=True)
@vary_on_headers("Accept-Language")
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """So that the portal can be installed like an app."""
    described = {
        "name": _("ACLF referral"),
        "short_name": _("ACLF referral"),
        "lang": get_language(),
        "id": "/",
        "start_url": reverse("portal:home"),
        "scope": "/",
        "display": "standalone",
        "theme_color": BRAND,
        "background_color": GROUND,
        "icons": [
            {"src": static("portal/icon.svg"), "type": "image/svg+xml", "sizes": "any", "purpose": "any"},
            *(_bitmap(size, purpose) for size in BITMAPS for purpose in ("any", "maskable")),
        ],
    }
    return JsonResponse(described, content_type="application/manifest+json")


def _bitmap(size: int, purpose: str) -> dict[str, str]:
    """An icon for systems that take no SVG; `config.icons` draws them."""
    name = "icon-maskable" if purpose == "maskable" else "icon"
    source = static(f"portal/{name}-{size}.png")
    return {"src": source, "type": "image/png", "sizes": f"{size}x{size}", "purpose": purpose}


@never_cache
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Kept by every browser, and shown for any page while there is no connection: it names nobody."""
    user = request.user
    refers = isinstance(user, User) and bool(user.access.refers_for)
    return render(request, "portal/offline.html", {"refers": refers})
