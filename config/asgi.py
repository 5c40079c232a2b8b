import os

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from config import bodies, turns
from config.loaded import keep_what_is_loaded

AT_ONCE = 8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Each request has a thread of its own, which without a pool would connect anew.
os.environ.setdefault("ACLF_DATABASE_POOL", str(AT_ONCE))

application = bodies.whole(turns.in_turn(get_asgi_application(), AT_ONCE))
get_resolver().url_patterns  # noqa: B018 - every page is loaded before the first is asked for
keep_what_is_loaded()
