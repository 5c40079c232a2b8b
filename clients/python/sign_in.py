"""Signing in, and a client that is signed in: what a program of a person needs before its first request."""

from collections.abc import Callable
from typing import TypeVar

from aclf_client.api.sign_in import send_code, sign_in
from aclf_client.client import AuthenticatedClient, Client
from aclf_client.models import (
    CodeRequest,
    PasswordSignInRequest,
    Problem,
    ProblemCode,
    SignedIn,
    SignInProblem,
)
from aclf_client.types import Unset

Answer = TypeVar("Answer")


class RefusedError(Exception):
    """A refusal of the API. `code` is one of a closed set; the text is for people."""

    def __init__(self, problem: Problem | SignInProblem) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.detail}")
        self.code: ProblemCode = problem.code


def answered(answer: Answer | Problem | SignInProblem | None) -> Answer:
    """What was answered. Raises RefusedError for a problem."""
    if isinstance(answer, Problem | SignInProblem):
        raise RefusedError(answer)
    assert answer is not None, "an answer without a body"
    return answer


def signed_in(
    url: str, *, email: str, password: str, code: Callable[[], str], language: str = "en"
) -> AuthenticatedClient:
    """A client of somebody who is signed in; `code` is asked for where a second factor is set up."""
    headers = {"Accept-Language": language}
    typed = PasswordSignInRequest(email=email, password=password)
    begun = sign_in.sync(client=Client(base_url=url, headers=headers), body=typed)
    if not isinstance(begun, SignInProblem) or begun.code != ProblemCode.SECOND_FACTOR_NEEDED:
        return with_token(url, token_of(answered(begun)), headers)
    pending = with_token(url, token_of(begun), headers)
    completed = answered(send_code.sync(client=pending, body=CodeRequest(code=code())))
    return with_token(url, token_of(completed) or pending.token, headers)


def token_of(answer: SignedIn | SignInProblem) -> str:
    """The session token in an answer; empty where it stays the same."""
    if isinstance(answer.meta, Unset) or isinstance(answer.meta.session_token, Unset):
        return ""
    return answer.meta.session_token


def with_token(url: str, token: str, headers: dict[str, str]) -> AuthenticatedClient:
    return AuthenticatedClient(
        base_url=url, token=token, prefix="", auth_header_name="X-Session-Token", headers=headers
    )
