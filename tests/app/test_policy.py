"""What an administrator fixes, and files that are broken or contradict themselves."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from dataops_desktop.app.policy import applied, load_policy
from dataops_desktop.app.settings_document import document
from dataops_desktop.app.wiring import open_context
from dataops_desktop.errors import AccountChangedError, InputError
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.settings import BY_NAME, SETTINGS, value_of
from tests.conftest import Cloud

ROOT = Path(__file__).parents[2]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    path = tmp_path / "policy.json"
    monkeypatch.setenv("DATAOPS_POLICY_FILE", str(path))

    def put(record: Any) -> Path:
        path.write_text(record if isinstance(record, str) else json.dumps(record))
        return path

    return put


def test_without_a_file_nothing_is_fixed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATAOPS_POLICY_FILE", str(tmp_path / "none"))
    policy = load_policy()
    assert (policy.settings, policy.problems, policy.broken) == ({}, (), "")


def test_settings_are_fixed_and_cannot_be_set(write: Any, cloud: Cloud, tmp_path: Path) -> None:
    write({"settings": {"theme": "dark", "guard#refuse_above_usd": 5}})
    with open_context(tmp_path / "w.dataops", cloud.options) as context:
        settings = context.workspace.settings
        assert settings.setting("theme", "system") == "dark"
        with pytest.raises(InputError, match="fixed by your administrator"):
            settings.set_setting("theme", "light")
        settings.set_setting("guard", {"ask_above_usd": 2.0, "refuse_above_usd": 100.0})
        assert settings.setting("guard") == {"ask_above_usd": 2.0, "refuse_above_usd": 5}
        assert value_of(settings.setting, BY_NAME["guard#refuse_above_usd"]) == 5


def test_the_way_to_aws_is_fixed(write: Any, cloud: Cloud, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    write(
        {
            "connection": {
                "endpoints": {"s3": "https://s3.corp.example"},
                "proxy": "http://proxy.corp.example:3128",
                "region": "eu-west-1",
                "ca_bundle": str(ca),
                "keys": False,
            }
        }
    )
    policy = load_policy()
    assert not policy.problems
    found = applied(ConnectionOptions(name="a", region="us-east-1", endpoints=(("s3", "https://mine"), ("glue", "https://glue.mine"))), policy)  # fmt: skip
    assert dict(found.endpoints) == {"s3": "https://s3.corp.example", "glue": "https://glue.mine"}
    assert (found.region, found.proxy, found.ca_bundle) == (
        "eu-west-1",
        "http://proxy.corp.example:3128",
        str(ca),
    )
    with pytest.raises(InputError, match="long-lived keys, which your administrator does not allow"):
        applied(ConnectionOptions(name="k", keys="keyring"), policy)
    sandbox = ConnectionOptions(name="Sandbox", sandbox=True)
    assert applied(sandbox, policy) is sandbox


def test_other_accounts_are_refused(write: Any, cloud: Cloud, tmp_path: Path) -> None:
    write({"connection": {"allowed_accounts": ["999999999999"]}})
    options = ConnectionOptions(
        endpoint_url=cloud.endpoint, region="us-east-1", access_key_id="a", secret_access_key="b"
    )
    cloud.control("DELETE", "requests")
    refused = pytest.raises(
        AccountChangedError, match=r"Account 123456789012 .* none your administrator allows"
    )
    with open_context(tmp_path / "w.dataops", options) as context, refused:
        asyncio.run(context.connector("s3")).buckets()
    assert set(cloud.requests()) == {"sts:POST"}


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"settings": {"nothing.of.that": 1}}, "there is no setting nothing.of.that"),
        ({"settings": {"theme": "pink"}}, "Colours: 'pink' cannot be used"),
        ({"settings": {"transfers.speed": -1}}, "cannot be used. It is a whole number from 0"),
        ({"settings": {"history.import": "yes"}}, "It is yes or no"),
        ({"settings": []}, "“settings” is no object"),
        ({"setings": {}}, "setings is nothing a policy can fix"),
        ({"connection": {"endpoints": {"s3": "http://s3.corp.example"}}}, "not encrypted"),
        ({"connection": {"endpoints": {"s3": 5}}}, "policy.json"),
        ({"connection": {"proxy": "http://u:p@proxy:1"}}, "its password would be kept"),
        ({"connection": {"region": "Europe"}}, "no name of a region"),
        ({"connection": {"allowed_accounts": []}}, "no account at all would be allowed"),
        ({"connection": {"allowed_accounts": [123456789012]}}, "no list of account numbers"),
        ({"connection": {"keys": "no"}}, "neither true nor false"),
        ({"connection": {"colour": "red"}}, "a connection has no colour"),
        (
            {"settings": {"guard#ask_above_usd": 10, "guard#refuse_above_usd": 5}},
            "asks above $10 and refuses above $5 already",
        ),
    ],
)
def test_parts_that_cannot_be_used_are_told_and_the_rest_holds(write: Any, record: Any, words: str) -> None:
    kept = record.get("settings") if isinstance(record.get("settings"), dict) else {}
    whole = (
        {**record, "settings": {"log.level": "debug", **kept}}
        if not isinstance(record.get("settings"), list)
        else record
    )
    write(whole)
    policy = load_policy()
    assert not policy.broken
    assert any(words in problem for problem in policy.problems), policy.problems
    if whole is not record:
        assert policy.settings["log.level"] == "debug"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"settings": {"theme": "dark", "theme": "light"}}', "says theme twice, as 'dark' and as 'light'"),
        ('{"connection": {"keys": true}, "connection": {"keys": false}}', "says connection twice"),
        ("{", "cannot be used"),
        ("[]", "no JSON object"),
        ("[" * 100_000, "cannot be used"),
        ("\x00\xff", "cannot be used"),
    ],
)
def test_a_file_that_contradicts_itself_opens_no_connection(
    write: Any, text: str, words: str, cloud: Cloud, tmp_path: Path
) -> None:
    write(text)
    policy = load_policy()
    assert words in policy.broken
    options = ConnectionOptions(name="a", endpoint_url=cloud.endpoint, region="us-east-1")
    with open_context(tmp_path / "w.dataops", options) as context:
        assert context.workspace.catalog.counts() == {"columns": 0}  # the catalog stays usable
        with pytest.raises(InputError, match="policy file"):
            asyncio.run(context.connector("s3"))


def test_the_document_says_what_is_declared() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == document(), (
        "python -m dataops_desktop.app.settings_document > docs/settings.md"
    )


def test_declarations_are_whole() -> None:
    for setting in SETTINGS:
        assert setting.checked(setting.default) == setting.default
        assert setting.title
        assert setting.help
        for wrong in ("", [], {}, float("nan"), object()):
            with pytest.raises(InputError, match=setting.title):
                setting.checked(wrong)


def test_what_is_stored_and_wrong_counts_as_not_there() -> None:
    assert value_of(lambda *_: "nonsense", BY_NAME["guard#ask_above_usd"]) == 1.0
    assert value_of(lambda *_: {"ask_above_usd": "x"}, BY_NAME["guard#ask_above_usd"]) == 1.0
    assert value_of(lambda *_: {"ask_above_usd": None}, BY_NAME["guard#ask_above_usd"]) is None
