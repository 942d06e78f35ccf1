"""Several connections in one window: pages of each, signing in, and the dialog they are made in."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from dataops_desktop.gui.dialogs.connections_dialog import ConnectionsDialog
from dataops_desktop.gui.dialogs.sign_in_dialog import SignInDialog
from dataops_desktop.interfaces.connector import ConnectionOptions
from tests.conftest import Cloud
from tests.gui.conftest import Harness

WAIT_MS = 20_000
OTHER = "arn:aws:iam::210987654321:role/Analyst"


class Browser(QObject):
    """The system browser of a person who answers as told."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.answer = "allow"

    @Slot(QUrl)
    def show(self, url: QUrl) -> None:
        self.opened.append(url.toString())
        if self.answer:
            urllib.request.urlopen(f"{url.toString()}&answer={self.answer}", timeout=10).read()  # noqa: S310 - loopback


@pytest.fixture
def browser() -> Iterator[Browser]:
    made = Browser()
    QDesktopServices.setUrlHandler("http", made, "show")
    yield made
    QDesktopServices.unsetUrlHandler("http")


def other(cloud: Cloud, name: str = "research", **more: Any) -> ConnectionOptions:
    given = {
        "endpoint_url": cloud.endpoint,
        "access_key_id": "a",
        "secret_access_key": "b",
        "role_arn": OTHER,
        "colour": "#d64545",
        **more,
    }
    return ConnectionOptions(name=name, region="us-east-1", **given)


def dialog_of(harness: Harness, kind: type, qtbot: Any) -> Any:
    qtbot.waitUntil(lambda: any(d.isVisible() for d in harness.window.findChildren(kind)), timeout=WAIT_MS)
    return next(d for d in harness.window.findChildren(kind) if d.isVisible())


def test_two_connections_at_once_each_with_its_pages(synced: Harness, cloud: Cloud, qtbot: Any) -> None:
    window, context = synced.window, synced.context
    qtbot.waitUntil(lambda: context.current.identity is not None, timeout=WAIT_MS)
    assert "@123456789012" in window.status.who.text()
    context.commands.run("query.new")
    first = window.pages.currentWidget()
    window.connection.open(other(cloud))
    second = window.pages.currentWidget()
    assert second is not first
    assert context.connection_title == "research"
    assert window.connection.button.text() == "research"
    qtbot.waitUntil(lambda: "210987654321 · role Analyst" in window.status.who.text(), timeout=WAIT_MS)
    window.pages.setCurrentWidget(first)
    assert context.connection_title == "Sandbox"
    assert "@123456789012" in window.status.who.text()
    # both run, each as its own
    for page in (first, second):
        page.editor.set_text("select 1 as n")
        page.edit("run")
    qtbot.waitUntil(
        lambda: [r.state for r in synced.store.history.queries()[:2]] == ["SUCCEEDED"] * 2, timeout=WAIT_MS
    )
    records = synced.store.history.queries()[:2]
    assert {record.source.split(":")[1] for record in records} == {"123456789012", "210987654321"}
    # choosing a connection brings back its page, and the panels are its own
    window.connection.open(other(cloud))
    assert window.pages.currentWidget() is second
    panel = window.panel("services")
    window.connection.open(context.connections["Sandbox"].options)
    assert window.panel("services") is not panel
    state = {page["connection"] for page in window.opener.state()}
    assert state == {"Sandbox", "research"}


def test_a_restart_brings_back_pages_of_their_connections(
    open_window: Any, cloud: Cloud, tmp_path: Path, qtbot: Any
) -> None:
    path = tmp_path / "w.dataops"
    harness = open_window(path)
    harness.window.connection.open(other(cloud))
    qtbot.waitUntil(lambda: harness.context.book.kept() != [], timeout=WAIT_MS)
    stored = json.dumps(harness.store.settings.setting("connections"))
    assert "research" in stored
    assert "secret_access_key" not in stored
    harness.close()
    again = open_window(path)
    again.context.connection(other(cloud))
    names = [again.window.pages.widget(i).connection.title for i in range(again.window.pages.count())]
    assert "Sandbox" in names


def test_sign_in_with_the_browser_from_the_window(
    synced: Harness, cloud: Cloud, aws_files: Any, browser: Browser, qtbot: Any
) -> None:
    aws_files("[profile work]\nsso_session = CORP\nsso_account_id = 123456789012\nsso_role_name = Analyst\n")
    window = synced.window
    window.connection.open(
        ConnectionOptions(name="work", profile="work", region="us-east-1", endpoint_url=cloud.endpoint)
    )
    live = synced.context.current
    page = window.pages.currentWidget()
    page.editor.set_text("select 1 as n")
    page.edit("run")
    dialog = dialog_of(synced, SignInDialog, qtbot)
    assert "s3.write" not in live.access  # nobody is known who could be asked about
    assert "corp-" in dialog.text.full_text()
    browser.answer = ""
    assert dialog.focusWidget() is dialog.go
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)  # Enter goes on, it does not cancel
    qtbot.waitUntil(lambda: bool(browser.opened), timeout=WAIT_MS)
    assert dialog.code.text() in browser.opened[0]
    assert len(dialog.code.text()) == 9
    assert "waits" in dialog.more.full_text()
    browser.answer = "allow"
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)  # the page again
    qtbot.waitUntil(lambda: not window.findChildren(SignInDialog), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not page.running, timeout=WAIT_MS)
    assert synced.store.history.queries()[0].state == "SUCCEEDED"
    assert "role Analyst · session 7 h 59 min left" in window.status.who.text()
    qtbot.waitUntil(lambda: "s3.write" in live.access, timeout=WAIT_MS)  # what that role may do
    assert live.access["s3.write"].state == "allowed"


def test_no_in_the_browser_can_be_tried_again_and_closing_gives_up(
    synced: Harness, cloud: Cloud, aws_files: Any, browser: Browser, qtbot: Any
) -> None:
    aws_files("[profile work]\nsso_session = CORP\nsso_account_id = 123456789012\nsso_role_name = Analyst\n")
    synced.window.connection.open(
        ConnectionOptions(name="work", profile="work", region="us-east-1", endpoint_url=cloud.endpoint)
    )
    synced.context.commands.run("connection.sign_in")
    dialog = dialog_of(synced, SignInDialog, qtbot)
    browser.answer = "deny"
    dialog.go.click()
    qtbot.waitUntil(lambda: dialog.problem.isVisible(), timeout=WAIT_MS)
    assert "refused in the browser" in dialog.problem.full_text()
    browser.answer = ""
    dialog.go.click()
    qtbot.waitUntil(lambda: len(browser.opened) == 2, timeout=WAIT_MS)
    dialog.stop.click()
    qtbot.waitUntil(lambda: not synced.window.findChildren(SignInDialog), timeout=WAIT_MS)
    assert not synced.context.problems


def test_a_code_is_asked_for_where_a_role_wants_one(synced: Harness, cloud: Cloud, qtbot: Any) -> None:
    serial = f"arn:aws:iam::123456789012:mfa/{time.monotonic_ns()}"
    role = "arn:aws:iam::210987654321:role/admin-mfa"
    synced.window.connection.open(other(cloud, "guarded", role_arn=role, mfa_serial=serial))
    page = synced.window.pages.currentWidget()
    page.editor.set_text("select 2 as n")
    page.edit("run")
    dialog = dialog_of(synced, SignInDialog, qtbot)
    assert serial in dialog.text.full_text()
    for code, words in (("12", "6 digits"), ("000000", "not accepted")):
        dialog.code.setText(code)
        dialog.go.click()
        qtbot.waitUntil(lambda words=words: words in dialog.problem.full_text(), timeout=WAIT_MS)
        qtbot.waitUntil(lambda: dialog.go.isEnabled(), timeout=WAIT_MS)
    qtbot.keyClicks(dialog.code, "654321")
    qtbot.keyClick(dialog.code, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(synced.store.history.queries()), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: synced.store.history.queries()[0].state == "SUCCEEDED", timeout=WAIT_MS)


def test_the_dialog_makes_tests_keeps_and_removes(
    synced: Harness, cloud: Cloud, aws_files: Any, qtbot: Any, tmp_path: Path
) -> None:
    aws_files(
        "[profile plainer]\nregion = eu-west-1\n[profile broken]\nsource_profile = nobody\nrole_arn = arn:aws:iam::1:role/X\n"
    )
    synced.context.commands.run("connection.new")
    dialog = dialog_of(synced, ConnectionsDialog, qtbot)
    form = dialog.form
    qtbot.waitUntil(lambda: form.name.text() == "New connection", timeout=WAIT_MS)
    form.name.setText("prod & co")
    form.colour.setCurrentText("Blue")
    form.region.setCurrentText("us-east-1")
    form.endpoint.setText("http://example.com")
    form.way.setCurrentIndex(2)
    form.key_id.setText("AKIATYPED")
    form.key_secret.setText("typed-secret")
    dialog.test.click()
    qtbot.waitUntil(lambda: "not encrypted" in dialog.told.full_text(), timeout=WAIT_MS)
    form.endpoint.setText(cloud.endpoint)
    dialog.test.click()
    qtbot.waitUntil(lambda: "It works" in dialog.told.full_text(), timeout=WAIT_MS)
    assert form.account.text() == "123456789012"
    dialog.save.click()
    qtbot.waitUntil(lambda: "Saved" in dialog.told.full_text(), timeout=WAIT_MS)
    kept = synced.context.book.kept()
    assert [(o.name, o.account, o.keys) for o in kept] == [("prod & co", "123456789012", "keyring")]
    assert "typed-secret" not in json.dumps(synced.store.settings.setting("connections"))
    assert "typed-secret" in synced.keys.keyring.get("connection/prod & co")
    # found profiles are offered, broken ones are not, and say why when they are named
    names = [dialog.list.item(i).text() for i in range(dialog.list.count())]
    assert names == ["prod & co", "plain"]
    form.way.setCurrentIndex(0)
    form.profile.setCurrentText("broken")
    assert "'nobody', the source of broken" in form.chain.full_text()
    # out and in again
    file = tmp_path / "export.json"
    synced.context.run(dialog._export(file))
    qtbot.waitUntil(file.exists, timeout=WAIT_MS)
    assert "typed-secret" not in file.read_text()
    synced.context.run(dialog._import(file))
    qtbot.waitUntil(lambda: "Added prod & co (2)" in dialog.told.full_text(), timeout=WAIT_MS)
    dialog.list.setCurrentRow(0)
    dialog.remove.click()
    from PySide6.QtWidgets import QMessageBox

    qtbot.waitUntil(lambda: bool(dialog.findChildren(QMessageBox)), timeout=WAIT_MS)
    box = dialog.findChildren(QMessageBox)[0]
    next(b for b in box.findChildren(QPushButton) if b.text() == "Remove").click()
    qtbot.waitUntil(
        lambda: [o.name for o in synced.context.book.kept()] == ["prod & co (2)"], timeout=WAIT_MS
    )
    assert synced.keys.keyring.get("connection/prod & co") is None
    dialog.reject()


def test_a_sign_in_without_any_configuration_lists_accounts_and_roles(
    synced: Harness, cloud: Cloud, browser: Browser, qtbot: Any
) -> None:
    synced.context.commands.run("connection.new")
    dialog = dialog_of(synced, ConnectionsDialog, qtbot)
    form = dialog.form
    qtbot.waitUntil(lambda: form.name.text() == "New connection", timeout=WAIT_MS)
    form.way.setCurrentIndex(1)
    form.choose.click()
    qtbot.waitUntil(lambda: "no address" in dialog.told.full_text(), timeout=WAIT_MS)
    form.sso.setCurrentText(f"{cloud.endpoint}/start-{time.monotonic_ns()}")
    form.choose.click()
    qtbot.waitUntil(lambda: "region is needed" in dialog.told.full_text(), timeout=WAIT_MS)
    form.sso_region.setCurrentText("us-east-1")
    form.region.setCurrentText("us-east-1")
    form.endpoint.setText(cloud.endpoint)
    form.choose.click()
    qtbot.waitUntil(lambda: bool(dialog.findChildren(SignInDialog)), timeout=WAIT_MS)
    dialog.findChildren(SignInDialog)[0].go.click()

    def menu() -> Any:
        return next((m for m in dialog.findChildren(QMenu) if m.isVisible() and len(m.actions()) == 3), None)

    qtbot.waitUntil(lambda: menu() is not None, timeout=WAIT_MS)
    assert menu().actions()[2].text() == "research (210987654321) · Analyst"
    menu().actions()[2].trigger()
    assert (form.name.text(), form.account.text()) == ("research Analyst", "210987654321")
    dialog.open_it.click()
    qtbot.waitUntil(lambda: synced.context.connection_title == "research Analyst", timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: "pat@example.com@210987654321" in synced.window.status.who.text(), timeout=WAIT_MS
    )


def test_an_edited_connection_goes_on_with_its_new_settings(
    synced: Harness, cloud: Cloud, qtbot: Any
) -> None:
    synced.context.book.save(ConnectionOptions(name="a", region="us-east-1", endpoint_url=cloud.endpoint, keys="session"), {"access_key_id": "x", "secret_access_key": "y"})  # fmt: skip
    synced.window.connection.open(synced.context.book.kept()[0])
    live = synced.context.current
    qtbot.waitUntil(lambda: live.identity is not None, timeout=WAIT_MS)
    saved = synced.context.book.save(
        ConnectionOptions(name="b", region="eu-west-1", endpoint_url=cloud.endpoint, keys="session", account="999999999999"), before="a"
    )  # fmt: skip
    synced.context.connection_saved(saved, "a")
    assert synced.context.current.title == "b"
    assert synced.window.connection.button.text() == "b"
    page = synced.window.pages.currentWidget()
    page.editor.set_text("select 1")

    def refused() -> bool:
        page.edit("run")
        return any(
            "belongs to account 999999999999" in problem.message for problem in synced.context.problems
        )

    qtbot.waitUntil(refused, timeout=WAIT_MS)


def test_the_workspace_dialog_and_the_menu(synced: Harness, qtbot: Any, tmp_path: Path) -> None:
    file = tmp_path / "another.dataops"
    file.touch()
    synced.context.recent_workspaces = lambda: [str(file)]
    menu = synced.window.connection.button.menu()
    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions()]
    assert "another" in titles
    assert "Sandbox" in titles
    next(action for action in menu.actions() if action.text() == "another").trigger()
    assert synced.switched == [("file", str(file))]
    synced.context.commands.run("workspace.open")
    dialog = synced.window.findChildren(QFileDialog)[0]
    dialog.fileSelected.emit(str(tmp_path / "new.dataops"))
    assert synced.switched[-1] == ("file", str(tmp_path / "new.dataops"))
    dialog.reject()


def test_every_button_of_the_services_is_a_command(synced: Harness, cloud: Cloud, qtbot: Any) -> None:
    panel: Any = synced.window.panel("services")
    qtbot.waitUntil(lambda: panel.heading.full_text() == "Connected Services (3/9)", timeout=WAIT_MS)
    for card in panel.cards.values():
        for button in card.findChildren(QPushButton):
            if button.isVisibleTo(card):
                assert synced.context.commands.get(button.property("command")) is not None, button.text()
    assert "Not in this version · Clusters and Spark jobs" in panel.cards["emr"]._status.full_text()
    cloud.fault("access_denied", service="glue")
    cloud.fault("expired_token", service="athena")
    panel.check_all()
    qtbot.waitUntil(lambda: panel.cards["athena"].state == "needs_sign_in", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.cards["glue"].state == "error", timeout=WAIT_MS)
    for service, title in (("athena", "Sign in…"), ("glue", "Diagnose…")):
        first = panel.cards[service]._first
        assert first.text() == title
        assert synced.context.commands.get(first.property("command")) is not None


def test_the_doctor_tells_what_to_send_to_an_administrator(synced: Harness, cloud: Cloud, qtbot: Any) -> None:
    from PySide6.QtGui import QGuiApplication

    cloud.fault("access_denied", service="glue")
    synced.context.commands.run("connection.diagnose")
    page = synced.window.pages.currentWidget()
    qtbot.waitUntil(lambda: page.again.text() == "Again", timeout=WAIT_MS)
    assert "AWS Glue" in page.verdict.full_text()
    page.copy.click()
    assert "To be allowed: glue:GetDatabases" in QGuiApplication.clipboard().text()
    cloud.clear()
    page.again.click()
    qtbot.waitUntil(lambda: page.verdict.full_text() == "Everything works.", timeout=WAIT_MS)
    page.again.click()
    assert page.again.text() == "Stop"
    page.again.click()
    qtbot.waitUntil(lambda: page.again.text() == "Again", timeout=WAIT_MS)


def test_addresses_that_are_not_awss_are_pointed_out(
    synced: Harness, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    assert not synced.window.strip.isVisible()
    synced.window.connection.open(other(cloud))
    strip = synced.window.strip
    qtbot.waitUntil(strip.isVisible, timeout=WAIT_MS)
    assert f"go to {cloud.endpoint.removeprefix('http://')}, not to AWS's own" in strip.text.full_text()
    assert "this connection" in strip.text.full_text()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"{cloud.endpoint}/x")
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    synced.window.connection.open(other(cloud, "by environment", endpoint_url=None))
    qtbot.waitUntil(lambda: "AWS_ENDPOINT_URL_S3" in strip.text.full_text(), timeout=WAIT_MS)
    assert "AWS_ENDPOINT_URL," in strip.text.full_text()
    strip.hide_button.click()
    assert not strip.isVisible()
    synced.window.connection.open(other(cloud))
    assert strip.isVisible()
    synced.window.connection.open(other(cloud, "by environment", endpoint_url=None))
    assert not strip.isVisible()


def test_what_is_not_allowed_says_so_before_it_is_tried(synced: Harness, cloud: Cloud, qtbot: Any) -> None:
    first = synced.context.current
    qtbot.waitUntil(lambda: "s3.write" in first.access, timeout=WAIT_MS)
    cloud.control("POST", "identity", {"denied_actions": ["s3:PutObject", "glue:GetTables"]})
    try:
        synced.window.connection.open(other(cloud))
        live = synced.context.current
        qtbot.waitUntil(lambda: "s3.write" in live.access, timeout=WAIT_MS)
    finally:
        cloud.control("POST", "identity", {"denied_actions": []})
    assert live.denial("s3.write") == "Not allowed: s3:PutObject"
    assert live.denial("athena.run") == ""
    panel: Any = synced.window.panel("services")
    upload = next(b for b in panel.cards["s3"].findChildren(QPushButton) if b.text() == "Upload files")
    assert upload.toolTip() == "Not allowed: s3:PutObject"
    menu = next(a.menu() for a in synced.window.menuBar().actions() if a.text() == "&Catalog")
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert "&Sync AWS Glue now  (not allowed: glue:GetTables)" in texts
    menu.aboutToHide.emit()
    synced.window.connection.open(synced.context.connections["Sandbox"].options)
    menu.aboutToShow.emit()
    assert "&Sync AWS Glue now" in [action.text() for action in menu.actions()]


def test_the_first_start_is_two_clicks_from_rows(
    synced: Harness,
    cloud: Cloud,
    aws_files: Any,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: Any,
) -> None:
    """A profile found on this computer, and the sign-in it asks for."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    aws_files(
        "[profile work]\nsso_session = CORP\nsso_account_id = 123456789012\nsso_role_name = Analyst\nregion = us-east-1\n"
    )
    synced.window.connection.open(other(cloud))  # the sandbox's own page offers no profiles
    synced.context.commands.run("view.welcome")
    page = synced.window.pages.currentWidget()

    def offered(text: str) -> Any:
        return next((b for b in page.findChildren(QPushButton) if b.text() == text), None)

    qtbot.waitUntil(lambda: offered("AWS profile work") is not None, timeout=WAIT_MS)
    qtbot.mouseClick(offered("AWS profile work"), Qt.MouseButton.LeftButton)
    assert synced.context.connection_title == "work"
    panel: Any = synced.window.panel("services")
    card = panel.cards["athena"]
    qtbot.waitUntil(lambda: card.state == "needs_sign_in", timeout=WAIT_MS)
    card._first.click()
    dialog = dialog_of(synced, SignInDialog, qtbot)
    assert not dialog.other.isVisible()
    dialog.go.click()
    qtbot.waitUntil(lambda: card.state == "connected", timeout=WAIT_MS)
    assert not synced.context.problems


def test_without_credentials_another_connection_is_offered(
    synced: Harness, cloud: Cloud, aws_files: Any, qtbot: Any
) -> None:
    aws_files("")
    synced.window.connection.open(
        ConnectionOptions(name="bare", region="us-east-1", endpoint_url=cloud.endpoint)
    )
    panel: Any = synced.window.panel("services")
    qtbot.waitUntil(lambda: panel.cards["athena"].state == "not_configured", timeout=WAIT_MS)
    assert panel.cards["athena"]._first.text() == "Connect…"
    qtbot.waitUntil(lambda: "Not connected" in synced.window.status.who.text(), timeout=WAIT_MS)
    page = synced.window.pages.currentWidget()
    page.editor.set_text("select 1")
    page.edit("run")
    dialog = dialog_of(synced, SignInDialog, qtbot)
    dialog.other.click()
    qtbot.waitUntil(lambda: bool(synced.window.findChildren(ConnectionsDialog)), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not page.running, timeout=WAIT_MS)
