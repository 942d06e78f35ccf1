"""A session that ends under work: one sign-in for all of it, none where the program can renew alone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.actions.session_cases import SessionCases
from dataops_desktop.app.wiring import open_context
from dataops_desktop.errors import CredentialsError, InputError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import ConnectionOptions
from tests.conftest import Cloud, browser

PROFILE = "[profile work]\nsso_session = CORP\nsso_account_id = 123456789012\nsso_role_name = Analyst\n"
TABS = 50


@pytest.fixture
def signed_in(cloud: Cloud, aws_files: Any, tmp_path: Path) -> Any:
    """A context over a sign-in with the browser; `asked` counts how often a person was."""
    aws_files(PROFILE)
    options = ConnectionOptions(region="us-east-1", endpoint_url=cloud.endpoint, profile="work")
    with open_context(tmp_path / "w.dataops", options) as context:
        session = SessionCases(context)
        show, shown = browser(cloud)

        async def sign_in(error: CredentialsError) -> bool:
            await session.browser(show, CancelToken())
            return True

        context.sign_in = sign_in
        yield context, session, shown


async def _tabs(context: ActionContext, meanwhile: Any) -> list[int]:
    async def tab(number: int) -> int:
        outcome = await run_query(context, RunQueryOptions(f"select {number} as n", "contracts_db"))
        assert outcome.rows is not None
        outcome.rows.close()
        return outcome.row_count

    tabs = [asyncio.ensure_future(tab(number)) for number in range(TABS)]
    await asyncio.sleep(0)
    meanwhile()
    return await asyncio.gather(*tabs)


def test_fifty_tabs_meet_an_expired_session_and_all_end_after_one_sign_in(
    signed_in: Any, cloud: Cloud
) -> None:
    context, session, shown = signed_in
    asyncio.run(session.browser(browser(cloud)[0], CancelToken()))
    waiting: list[int] = []
    context.on_waiting = waiting.append

    def end() -> None:
        cloud.control("POST", "identity", {"end_sessions": True, "end_tokens": True})

    counts = asyncio.run(_tabs(context, end))
    assert counts == [1] * TABS
    assert len(shown) == 1
    assert max(waiting) > 3
    assert waiting[-1] == 0
    assert cloud.requests()["athena:StartQueryExecution"] >= TABS  # refused ones never started


def test_where_the_token_still_holds_nobody_is_asked(signed_in: Any, cloud: Cloud) -> None:
    context, session, shown = signed_in
    asyncio.run(session.browser(browser(cloud)[0], CancelToken()))

    def end() -> None:
        cloud.control("POST", "identity", {"end_sessions": True})

    assert asyncio.run(_tabs(context, end)) == [1] * TABS
    assert not shown


def test_saying_no_fails_all_that_wait_and_asks_again_for_what_comes_later(
    signed_in: Any, cloud: Cloud
) -> None:
    context, _, shown = signed_in
    refused: list[str] = []

    async def no(error: CredentialsError) -> bool:
        refused.append(str(error))
        await asyncio.sleep(0.1)
        return False

    sign_in, context.sign_in = context.sign_in, no

    async def work() -> None:
        found = await asyncio.gather(
            *(run_query(context, RunQueryOptions("select 1", "contracts_db")) for _ in range(5)),
            return_exceptions=True,
        )
        assert all(isinstance(error, CredentialsError) for error in found)

    asyncio.run(work())
    assert len(refused) == 1
    context.sign_in = sign_in
    outcome = asyncio.run(run_query(context, RunQueryOptions("select 1", "contracts_db")))
    assert outcome.row_count == 1
    outcome.rows.close()
    assert len(shown) == 1


def test_a_session_is_renewed_before_it_ends(signed_in: Any, cloud: Cloud) -> None:
    _, session, shown = signed_in
    cloud.control("POST", "identity", {"token_s": 500})

    async def work() -> None:
        first = await session.browser(browser(cloud)[0], CancelToken())
        cloud.control("POST", "identity", {"token_s": 28800})
        second = await session.renew_if_due(first)
        assert second.ends_at - first.ends_at > 20_000
        assert await session.renew_if_due(second) is second

    asyncio.run(work())
    assert not shown


def test_a_code_that_cannot_be_one_is_refused_at_once(signed_in: Any) -> None:
    _, session, _ = signed_in
    for code in ("", "12345", "1234567", "abcdef", "１２３４５６"):
        with pytest.raises(InputError, match="6 digits"):
            asyncio.run(session.mfa(code))
