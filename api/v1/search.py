"""Finding a case again. What is looked for travels in the body, never in an address."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import changes_nothing
from api.resource import PageQuery
from api.v1.case_shapes import ListedCaseShape
from api.v1.cases import NEWEST_FIRST, CaseList
from api.v1.documenting import described, page_of
from api.v1.fields import KnownFieldsMixin
from referral.queries.search import LONGEST, search_cases


class SearchRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    """`query`: a part of a case number, or a name, hospital number or national ID in full."""

    query = serializers.CharField(max_length=LONGEST)


class SearchView(CaseList):
    only_reads = True

    @described(
        "search_cases",
        "Find cases by number, or by the patient's name, hospital number or national ID",
        tag="cases",
        description=(
            "Among the open and closed cases you may see, the newest first. Names, hospital numbers and IDs "
            "are stored as keyed hashes, so they are found in full only, whatever their width, case or dots. "
            "A case that is not yours to see is as one that does not exist. Every search is audited, without "
            "what was looked for, and their number is limited."
        ),
        request=SearchRequest,
        answer=page_of(ListedCaseShape),
        parameters=[PageQuery],
        refusals=(422, 429),
    )
    @changes_nothing
    def post(self, request: Request) -> Response:
        asked = SearchRequest(data=self.body)
        asked.is_valid(raise_exception=True)
        page = self.query(PageQuery)
        results = search_cases(self.person, asked.validated_data["query"], now=self.now)
        return self.listed(results, NEWEST_FIRST, page)
