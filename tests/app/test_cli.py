"""The command line as a script sees it: standard output is data, exit codes mean something."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.conftest import Cloud


class Run:
    """One run of `python -m dataops_desktop` against the session's sandbox, reached as boto3 reaches any endpoint."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.workspace = folder / "cli.dataops"
        self.environment = {
            **os.environ, "AWS_ENDPOINT_URL": cloud.endpoint, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1",
        }  # fmt: skip

    def __call__(
        self, *arguments: str, text: str | None = None, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "dataops_desktop", *arguments, "--workspace", str(self.workspace)]
        done = subprocess.run(
            command,
            input=text.encode() if text else None,
            capture_output=True,
            env={**self.environment, **environment},
            timeout=60,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done


@pytest.fixture
def run(cloud: Cloud, tmp_path: Path) -> Run:
    return Run(cloud, tmp_path)


def test_sync_search_show_lineage(run: Run) -> None:
    done = run("sync", "glue", "--database", "contracts_db", "--json")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert "contracts_db.vendor_info" in report["changes"]["newTables"]
    assert b"tables read" in done.stderr
    assert run("sync", "glue").returncode == 3  # finance_db.budget_2024 is denied
    hits = json.loads(run("catalog", "search", "vendor", "--json").stdout)
    assert hits[0]["id"].startswith("glue-table-contracts_db-vendor")
    node = json.loads(
        run(
            "catalog",
            "show",
            "glue-table-contracts_db-vendor_info",
            "--json",
            AWS_ENDPOINT_URL="http://127.0.0.1:1",
        ).stdout
    )
    assert [c["name"] for c in node["properties"]["schema"]["columns"]] == [
        "vendor_id",
        "name",
        "country",
        "tier",
    ]
    assert node["category"] == "dataset"
    graph = json.loads(run("lineage", "glue-table-contracts_db-vendor_spend", "--json").stdout)
    assert {
        "from": "glue-table-contracts_db-vendor_info",
        "to": "glue-table-contracts_db-vendor_spend",
    }.items() <= {
        k: v
        for e in graph["edges"]
        if e["type"] == "derives" and "vendor_info" in e["from"]
        for k, v in e.items()
    }.items()
    assert run("catalog", "show", "nope").returncode == 6
    assert run("catalog", "search", "zzzzzz").returncode == 6


def test_query_in_every_format(run: Run) -> None:
    sql = "SELECT vendor_id, cast(null as varchar) AS n FROM vendor_info ORDER BY 1 LIMIT 2"
    table = run("query", "--database", "contracts_db", sql)
    assert table.stdout.decode().splitlines()[2].split() == ["VEN-001", "NULL"]
    assert b"bytes scanned" in table.stderr
    assert json.loads(
        run("query", "--database", "contracts_db", "--format", "json", "-", text=sql).stdout
    ) == [
        {"vendor_id": "VEN-001", "n": None},
        {"vendor_id": "VEN-002", "n": None},
    ]
    assert (
        run("query", "--database", "contracts_db", "--format", "csv", sql).stdout
        == b'"vendor_id","n"\n"VEN-001",\n"VEN-002",\n'
    )
    assert (
        pq.read_table(
            io.BytesIO(run("query", "--database", "contracts_db", "--format", "parquet", sql).stdout)
        ).num_rows
        == 2
    )
    assert (
        b"46"
        in run(
            "query",
            "--database",
            "contracts_db",
            "--parameter",
            "'US'",
            "select count(*) from vendor_info where country = ?",
        ).stdout
    )


def test_errors_have_codes_and_remedies(run: Run, cloud: Cloud) -> None:
    failed = run("query", "--database", "contracts_db", "SELECT nope FROM vendor_info")
    assert failed.returncode == 1
    assert b"COLUMN_NOT_FOUND: line 1:8" in failed.stderr
    assert run("s3", "ls", "no-such-bucket-at-all").returncode == 6
    cloud.fault("expired_token", service="s3")
    expired = run("s3", "ls", "nyc-flights")
    assert expired.returncode == 4
    assert b"aws sso login" in expired.stderr
    cloud.clear()
    assert run("s3", "ls", "nyc-flights", AWS_ENDPOINT_URL="http://127.0.0.1:1").returncode == 7
    assert run("--profile", "missing-profile", "s3", "ls", "b").returncode == 4
    assert run("query").returncode == 2


def test_credentials_that_are_not_there(run: Run) -> None:
    del run.environment["AWS_ACCESS_KEY_ID"], run.environment["AWS_SECRET_ACCESS_KEY"]
    done = run("s3", "ls", "nyc-flights")
    assert done.returncode == 4
    assert b"No AWS credentials" in done.stderr


def test_s3_ls_pages(run: Run) -> None:
    page = json.loads(run("s3", "ls", "nyc-flights", "flights/", "--max-keys", "5", "--json").stdout)
    assert len(page["folders"]) == 5
    following = json.loads(
        run(
            "s3",
            "ls",
            "nyc-flights",
            "flights/",
            "--max-keys",
            "100",
            "--token",
            page["continuationToken"],
            "--json",
        ).stdout
    )
    assert len(following["folders"]) == 7


def test_profiles_are_honoured(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        f"[profile team]\nregion = us-east-1\nendpoint_url = {run.environment.pop('AWS_ENDPOINT_URL')}\naws_access_key_id = a\naws_secret_access_key = b\n"
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        del run.environment[name]
    done = run("--profile", "team", "s3", "ls", "nyc-flights", "--json", AWS_CONFIG_FILE=str(config))
    assert done.returncode == 0, done.stderr
    assert "flights/" in json.loads(done.stdout)["folders"]


def test_the_sandbox_by_itself(run: Run) -> None:
    done = run("--sandbox", "s3", "ls", "acme-contracts", "--json", AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert done.returncode == 0, done.stderr
    assert "vendor_info/" in json.loads(done.stdout)["folders"]


def test_damaged_workspace_is_refused(run: Run) -> None:
    run.workspace.write_bytes(b"this is not a workspace" * 100)
    done = run("catalog", "search", "x")
    assert done.returncode == 1
    assert b"damaged" in done.stderr
    assert run.workspace.read_bytes() == b"this is not a workspace" * 100


def test_help_names_every_exit_code() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dataops_desktop", "--help"], capture_output=True, text=True, check=True
    )
    assert "130 interrupted" in " ".join(done.stdout.split())


def test_without_a_screen_it_says_so_instead_of_aborting(run: Run) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        run.environment.pop(name, None)
    done = run()
    assert done.returncode == 9
    assert b"no screen" in done.stderr


def test_a_polite_kill_closes_the_window_and_its_sandbox(run: Run) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "dataops_desktop", "--sandbox", "--workspace", str(run.workspace)],
        env={**run.environment, "QT_QPA_PLATFORM": "offscreen"},
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 30
    while not children(process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    sandbox = children(process.pid)  # it is started from the event loop, when the window is connected
    process.terminate()
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert b"Traceback" not in errors
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in sandbox):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children(pid: int) -> list[str]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    found = path.read_text().split() if path.exists() else []
    # A thread started it, so look at every thread of the process.
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += task.read_text().split()
    return sorted(set(found))


def test_the_local_engine_and_estimates_from_a_script(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id,n\n1,x\n2,y\n")
    done = run(
        "query", "--engine", "duckdb", "--file", str(file), "--format", "csv", "SELECT count(*) AS c FROM a"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().replace(chr(34), "").split() == ["c", "2"]
    refused = run("query", "--file", str(file), "SELECT 1")
    assert refused.returncode == 2
    estimate = run("estimate", "--database", "contracts_db", "SHOW TABLES", "--json")
    assert json.loads(estimate.stdout)["bytes"] == 0
    unknown = run("estimate", "--database", "contracts_db", "SELECT * FROM not_synced")
    assert unknown.stdout.startswith(b"unknown: contracts_db.not_synced")


def test_s3_up_look_down_and_away(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "up"
    folder.mkdir()
    (folder / "a.csv").write_text("id,v\n1,x\n2,y\n")
    (folder / "b.csv").write_text("id,v\n3,z\n")
    up = run("s3", "cp", str(folder), "s3://acme-finance/cli/")
    assert (up.returncode, "done: 2 of 2 files" in up.stderr.decode()) == (0, True), up.stderr
    looked = run("s3", "preview", "s3://acme-finance/cli/up/a.csv")
    assert [json.loads(line) for line in looked.stdout.decode().splitlines()] == [
        {"id": 1, "v": "x"},
        {"id": 2, "v": "y"},
    ]
    assert "in 1 requests" in looked.stderr.decode()
    assert json.loads(run("s3", "du", "s3://acme-finance/cli/", "--json").stdout)["objects"] == 2
    moved = run("s3", "cp", "s3://acme-finance/cli/up/b.csv", "s3://acme-finance/cli/moved/", "--move")
    assert moved.returncode == 0, moved.stderr
    down = run("s3", "cp", "s3://acme-finance/cli/", str(tmp_path / "down"))
    assert down.returncode == 0, down.stderr
    assert sorted(
        p.relative_to(tmp_path / "down").as_posix() for p in (tmp_path / "down").rglob("*.csv")
    ) == ["cli/moved/b.csv", "cli/up/a.csv"]
    assert run("s3", "link", "s3://acme-finance/cli/up/a.csv").stdout.startswith(b"http")
    assert run("s3", "rm", "s3://acme-finance/cli/").returncode == 2
    assert run("s3", "rm", "s3://acme-finance/cli/", "--recursive").returncode == 0
    assert json.loads(run("s3", "du", "s3://acme-finance/cli/", "--json").stdout)["objects"] == 0


def test_s3_a_table_of_files_and_its_partitions(run: Run, cloud: Cloud, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text("id,region\n1,eu\n2,us\n")
    where = ("--database", "finance_db", "--table", "cli_sales", "--location", "s3://acme-finance/cli_sales/")
    try:
        made = run("s3", "dataset", str(file), *where, "--partition-by", "region")
        assert made.stdout.decode() == "finance_db.cli_sales with 2 rows at s3://acme-finance/cli_sales/\n", (
            made.stderr
        )
        again = run("s3", "dataset", str(file), *where)
        assert (again.returncode, b"already" in again.stderr) == (2, True)
        seen = run("s3", "partitions", "s3://acme-finance/cli_sales/")
        assert seen.stdout.decode().splitlines() == [
            "2 partitions by region string (hive), 2 files",
            "0 not registered yet, 0 registered without files",
        ]
        counted = run(
            "query",
            "--database",
            "finance_db",
            "--format",
            "csv",
            "SELECT count(*) AS n FROM cli_sales WHERE region = 'eu'",
        )
        assert counted.stdout.decode().split() == ['"n"', "1"]
    finally:
        cloud.client("glue").delete_table(DatabaseName="finance_db", Name="cli_sales")
        run("s3", "rm", "s3://acme-finance/cli_sales/", "--recursive")


def test_a_connection_of_the_workspace_and_the_doctor(run: Run, cloud: Cloud) -> None:
    from dataops_desktop.interfaces.connector import KEPT, ConnectionOptions
    from dataops_desktop.storage.workspace import SqliteWorkspace

    store = SqliteWorkspace(run.workspace)
    role = "arn:aws:iam::210987654321:role/Analyst"
    kept = ConnectionOptions(name="research", region="us-east-1", endpoint_url=cloud.endpoint, role_arn=role)
    store.settings.set_setting(KEPT, [kept.stored()])
    store.close()
    done = run(
        "query",
        "select count(*) as n from trials_db.measurements",
        "--connection",
        "research",
        "--format",
        "json",
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [{"n": 700}]
    steps = json.loads(run("doctor", "--connection", "research", "--json").stdout)
    account = next(step for step in steps if step["title"] == "Account")
    assert "assumed-role/Analyst" in account["found"]
    done = run("doctor", "--profile", "nobody")
    assert done.returncode == 1
    assert b"no AWS profile named 'nobody'" in done.stdout
    missing = run("query", "select 1", "--connection", "nope")
    assert missing.returncode == 2
    assert b"It has: research." in missing.stderr


def test_signing_in_from_a_terminal(run: Run, cloud: Cloud, aws_files: Any) -> None:
    aws_files("[profile work]\nsso_session = CORP\nsso_account_id = 123456789012\nsso_role_name = Analyst\n")
    environment = {
        name: value
        for name, value in run.environment.items()
        if not name.startswith("AWS_ACCESS") and name != "AWS_SECRET_ACCESS_KEY"
    }
    environment |= {name: os.environ[name] for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")}
    command = [
        sys.executable,
        "-m",
        "dataops_desktop",
        "sign-in",
        "--profile",
        "work",
        "--workspace",
        str(run.workspace),
    ]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    address = process.stderr.readline().split()[1]
    assert "allow the code" in process.stderr.readline()
    urllib.request.urlopen(f"{address}&answer=allow", timeout=10).read()  # noqa: S310 - loopback
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "AWSReservedSSO_Analyst" in out
    other = run("sign-in")
    assert other.returncode == 2
    assert b"no sign-in with the browser" in other.stderr


def test_lineage_of_a_text_with_schemas_from_everywhere(run: Run, tmp_path: Path) -> None:
    text = "insert into gold.t select v.*, 1 as one from contracts_db.vendor_info v; select ((;"
    file = tmp_path / "job.sql"
    file.write_text(text, encoding="utf-8")
    done = run("sql", "lineage", str(file), "--json")
    assert done.returncode == 3  # the second statement
    found = json.loads(done.stdout)
    assert (found["sources"], found["targets"]) == (["contracts_db.vendor_info"], ["gold.t"])
    assert [e["from"]["column"] for e in found["columns"]] == ["*"]  # nobody told its columns
    assert "Not understood" in found["warnings"][-1]["message"]
    assert b"sentinel" not in done.stdout.lower()
    # a file of definitions, JSON, the workspace's catalog
    definitions = tmp_path / "schema.sql"
    definitions.write_text("CREATE TABLE contracts_db.vendor_info (vendor_id string, name string)")
    by_file = json.loads(run("sql", "lineage", str(file), "--json", "--schema", str(definitions)).stdout)
    assert [e["to"]["column"] for e in by_file["columns"]] == ["vendor_id", "name"]
    (tmp_path / "schema.json").write_text('{"contracts_db": {"vendor_info": {"vendor_id": "string"}}}')
    by_json = run("sql", "lineage", "-", "--schema", str(tmp_path / "schema.json"), text="select * from contracts_db.vendor_info")  # fmt: skip
    assert by_json.returncode == 0
    assert "contracts_db.vendor_info.vendor_id  →  vendor_id" in by_json.stdout.decode()
    assert run("sync", "glue", "--database", "contracts_db").returncode == 0
    by_catalog = json.loads(run("sql", "lineage", str(file), "--json", "--catalog").stdout)
    assert len([e for e in by_catalog["columns"] if e["confidence"] == 1]) > 2
    # what is wrong is named
    for wrong, said in (
        (("sql", "lineage", "/nowhere.sql"), "/nowhere.sql cannot be read"),
        (("sql", "lineage", str(file), "--dialect", "klingon"), "klingon"),
        (("sql", "lineage", str(file), "--schema", str(file.with_name("schema.json.txt"))), "cannot be read"),
    ):
        done = run(*wrong)
        assert done.returncode == 2
        assert said in done.stderr.decode()
    (tmp_path / "bad.json").write_text("[1, 2]")
    assert "holds no schema" in run("sql", "lineage", str(file), "--schema", str(tmp_path / "bad.json")).stderr.decode()  # fmt: skip


def test_questions_to_lineage_and_exchange_with_other_programs(run: Run, tmp_path: Path) -> None:
    spend, view = "glue-table-contracts_db-contract_spend_2024", "glue-table-contracts_db-vendor_spend"
    assert run("sync", "glue", "--database", "contracts_db").returncode == 0

    def ask(*arguments: str) -> Any:
        return json.loads(run("lineage", *arguments, "--json", AWS_ENDPOINT_URL="http://127.0.0.1:1").stdout)

    assert {"kind": "view", "name": "contracts_db.vendor_spend", "column": None, "effect": "breaks", "steps": 1, "note": None} in ask("impact", spend, "--column", "AMOUNT")["items"]  # fmt: skip
    assert [i["column"] for i in ask("impact", spend, "--column", "amount", "--change", "change")["items"] if i["kind"] == "column"] == ["total_spend"]  # fmt: skip
    assert ask("path", f"{view}.total_spend", f"{spend}.amount") == {"path": [f"{spend}.amount", f"{view}.total_spend"], "edges": ["aggregation"]}  # fmt: skip
    assert ask("path", "s3-bucket-acme-contracts", view)["edges"] == ["located_in", "derives"]
    assert "contracts_db.legacy_data" in [table["name"] for table in ask("unused")["tables"]]
    assert {"table": "contracts_db.vendor_info", "column": "tier"} in ask("unused")["columns"]
    assert ask("sensitive") == ask("sensitive", "--kind", "email") == []
    assert ask("circles") == []
    assert ask("problems") == []
    assert any(c["to"]["name"] == "contracts_db.vendor_spend" and c["change"] == "began" for c in ask("changes", "2026-01-01"))  # fmt: skip
    assert ask("changes", "2026-01-01", "2026-01-02") == []
    assert ask("follow") == {"statements": 0, "problems": 0}
    for form, start in (("mermaid", "flowchart LR"), ("dot", "digraph"), ("csv", "from,"), ("openlineage", '{"eventType"')):  # fmt: skip
        assert run("lineage", view, "--format", form).stdout.decode().startswith(start)
    events = tmp_path / "events.ndjson"
    assert run("lineage", "export", str(events)).returncode == 0
    with events.open("a", encoding="utf-8") as file:
        file.write("no json\n")
    taken = run("lineage", "import", str(events))
    assert taken.returncode == 3
    assert b"no JSON" in taken.stderr
    # what is wrong is named
    for wrong, code, said in (
        (("impact", spend, "--column", "nope"), 6, "has no column nope"), (("path", "glue-table-no", view), 6, "no node glue-table-no"), (("changes", "yesterday"), 2, "is not a time"),
        (("import", "/nowhere"), 2, "cannot be read"), (("send", "lake"), 2, "no address"), (("send", "http://127.0.0.1:1"), 7, "does not answer"),
        (("send", "https://x.example", "--key-from", "NO_SUCH_KEY"), 2, "NO_SUCH_KEY is empty"), (("listen", "--port", "99999999"), 2, "cannot be used"),
        (("path", "glue-table-contracts_db-legacy_data", view), 6, "Nothing that is known"),
    ):  # fmt: skip
        done = run("lineage", *wrong)
        assert (done.returncode, said in done.stderr.decode()) == (code, True), done.stderr.decode()
