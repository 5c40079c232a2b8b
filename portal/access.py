"""The portal's door: who is signed in, and what a fragment answers when nobody is any more."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache

from accounts.models import User

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def signed_in(view: View[Rest]) -> View[Rest]:
    """Only for people who are signed in; nothing is cached.

    A fragment makes its whole page go to sign-in, unless it sends something: what was typed there stays.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.headers.get("HX-Request"):
            headers = {"HX-Refresh": "true"} if request.method in ("GET", "HEAD") else {}
            return HttpResponse(status=401, headers=headers)
        return redirect_to_login(request.get_full_path())

    return cast(View[Rest], guarded)


def person(request: HttpRequest) -> User:
    """The user behind a request that passed `signed_in`."""
    return cast(User, request.user)
