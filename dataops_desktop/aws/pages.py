"""Pages of a list call that hands on a NextToken: complete, or an error; never a short answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from dataops_desktop.aws.errors import ErrorRule, aws_call, required
from dataops_desktop.errors import ProtocolError


def pages(
    call: Callable[..., Any],
    service: str,
    operation: str,
    member: str,
    pack: tuple[ErrorRule, ...] = (),
    turn: Callable[[], AbstractContextManager[None]] = nullcontext,
    **arguments: Any,
) -> Iterator[list[Any]]:
    """The list `member` of each answer. A missing list or a token that repeats is a ProtocolError; `turn` is held during a call."""
    token: str | None = None
    while True:
        with turn(), aws_call(service, operation, pack):
            answer = call(**arguments, **({"NextToken": token} if token else {}))
        yield required(answer, member, service, operation)
        following = answer.get("NextToken")
        if not following:
            return
        if following == token:
            raise ProtocolError(
                f"{service}:{operation} keeps answering the same page.", "Try again; nothing was changed."
            )
        token = following
