"""Answers are sent compressed: a phone on a slow line has them in a fraction of the time."""

import re

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

REFUSES_GZIP = re.compile(r"\bgzip\s*;\s*q=0(\.0*)?\s*(,|$)")


class Compress(GZipMiddleware):
    """Compresses pages, and what the API has marked with `may_be_compressed`; the live stream must not be
    held back.

    Never an answer that carries a secret: its length would tell of the secret to whoever can place text of
    their own into the same answer (BREACH). The library's random padding blurs the lengths of the others.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.get("Content-Type", "").startswith("text/html")
        if not (is_page or getattr(response, "may_be_compressed", False)):
            return response
        if REFUSES_GZIP.search(request.headers.get("Accept-Encoding", "")):
            return response
        return super().process_response(request, response)
