"""The base of every view: who asks, when, with what body; and what every answer carries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, cast

from django.conf import settings
from django.db.models import QuerySet
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts import clock
from accounts.models import User
from api.etags import content_etag, is_known
from api.narrowing import FieldsQuery, Names, narrowed
from api.paging import DEFAULT_LIMIT, MOST, Page, page
from api.parsing import too_large
from api.permissions import Scope, SecondFactor
from api.problems import Refusal, not_known
from api.throttles import PersonLimit
from referral.pathway.refusals import InputError

VARIES_BY = ("Accept-Encoding", "Accept-Language", "Authorization", "Cookie", "X-Session-Token")
KEPT_BY_304 = ("Cache-Control", "Deprecation", "ETag", "Link", "Sunset", "Vary")


class PageQuery(FieldsQuery):
    """How every list is paged."""

    cursor = serializers.CharField(
        required=False, default="", max_length=500, help_text="`next` of the page before"
    )
    limit = serializers.IntegerField(
        required=False,
        default=DEFAULT_LIMIT,
        min_value=1,
        max_value=MOST,
        help_text="how many rows the page has at most",
    )


class AlwaysJSON(DefaultContentNegotiation):
    """One form of answer for everybody, whatever `Accept` says."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class Resource(APIView):
    """Signed in, limited, in JSON; errors as problems; nothing kept by a cache on the way.

    What is read has an ETag, is not sent again to who has it, and is compressed unless it `carries_secrets`.
    """

    content_negotiation_class = AlwaysJSON
    permission_classes: Sequence[type[BasePermission]] = (IsAuthenticated, SecondFactor, Scope)
    throttle_classes: Sequence[type[BaseThrottle]] = (PersonLimit,)
    limit_scope: ClassVar[str] = "any"
    only_reads: ClassVar[bool] = False
    carries_secrets: ClassVar[bool] = False
    most_bytes: ClassVar[int] = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0

    @cached_property
    def now(self) -> datetime:
        """The time of this request."""
        return clock.now()

    @property
    def person(self) -> User:
        """Who is signed in."""
        return cast(User, self.request.user)

    @property
    def body(self) -> Mapping[str, Any]:
        """The request's JSON object; an empty one where there is no body. Raises Refusal."""
        data = self.request.data
        if not isinstance(data, Mapping):
            raise Refusal(400, "not_an_object", _("The body must be one JSON object: {…}."))
        return data

    def check_replay(self, answer: Any, **named: Any) -> None:
        """Ask again for the right to an answer that was stored for this person; `named` is of the address.

        The permissions of the view were asked before. Raises what a request of somebody without it raises.
        """

    def query(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The address's parameters in `shape`; one given twice joined by commas, an empty one left out.

        Raises ValidationError.
        """
        given = self.request.query_params
        joined = {name: ",".join(given.getlist(name)) for name in given}
        read = shape(data={name: value for name, value in joined.items() if value})
        read.is_valid(raise_exception=True)
        return cast("dict[str, Any]", read.validated_data)

    def _refuse_unknown_parameters(self) -> None:
        """By the names that the operation says it takes; an address without operation has none to refuse."""
        operation = getattr(self, (self.request.method or "").lower(), None)
        taken = getattr(operation, "query_names", None)
        unknown = [name for name in self.request.query_params if taken is not None and name not in taken]
        if unknown:
            raise InputError(*((name, "unknown_field", not_known(name)) for name in unknown))

    def cut(self, rows: QuerySet[Any], *, order: Sequence[str], query: Mapping[str, Any]) -> Page[Any]:
        """The page that the parameters `cursor` and `limit` ask for."""
        return page(rows, order=order, cursor=query["cursor"], limit=query["limit"])

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self._refuse_unknown_parameters()
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > self.most_bytes:
            raise too_large()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, VARIES_BY)
        handler = getattr(self, (request.method or "").lower(), None)
        if deprecation := getattr(handler, "deprecation", None):
            for name, value in deprecation.headers().items():
                response.headers[name] = value
        final: Any = super().finalize_response(request, response, *args, **kwargs)
        is_read = request.method in SAFE_METHODS or self.only_reads
        if request.method in SAFE_METHODS and final.status_code == 200:
            final = self._unless_known(request, final)
        final.may_be_compressed = is_read and not self.carries_secrets
        return final

    def _unless_known(self, request: Request, response: Response) -> Response:
        """`response` with its ETag; 304 without a body where the caller has it already."""
        if "ETag" not in response:
            response.headers["ETag"] = content_etag(response.render().content, self.person)
        if not is_known(request, response["ETag"]):
            return response
        kept = {name: response[name] for name in KEPT_BY_304 if name in response}
        return super().finalize_response(request, Response(status=304, headers=kept))


def whole(shape: type[serializers.Serializer[Any]], rows: Any, *, names: Names, **members: Any) -> Response:
    """The answer to a list that is always on one page: `rows` in `shape`, narrowed to `names`."""
    return Response({"results": narrowed(shape(rows, many=True), names), "next": None, **members})


def paged(
    shape: type[serializers.Serializer[Any]], page: Page[Any], *, names: Names | None = None, **context: Any
) -> Response:
    """The answer to a list: the rows of a page in `shape`, narrowed to `names`."""
    rows = narrowed(shape(page.rows, many=True, context=context), names or {})
    return Response({"results": rows, "next": page.next})
