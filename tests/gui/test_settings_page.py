"""The settings page: what is declared, checked as it is typed, fixed where a policy says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox

from dataops_desktop.interfaces.policy import Policy
from dataops_desktop.interfaces.settings import SETTINGS
from dataops_desktop.storage.fixed_settings import FixedSettings
from tests.gui.conftest import Harness

WAIT_MS = 15_000


def page_of(harness: Harness) -> Any:
    harness.context.commands.run("settings.show")
    return harness.window.pages.currentWidget()


def test_every_declared_setting_is_there_and_takes_effect(synced: Harness, qtbot: Any) -> None:
    page = page_of(synced)
    assert set(page.rows) == {setting.name for setting in SETTINGS}
    row = page.rows["guard#refuse_above_usd"]
    row.field.setFocus()
    qtbot.keyClicks(row.field, "2,50")
    qtbot.keyClick(row.field, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: (synced.store.settings.setting("guard") or {}).get("refuse_above_usd") == 2.5, timeout=WAIT_MS
    )
    qtbot.waitUntil(row.reset.isVisible, timeout=WAIT_MS)
    row.reset.click()
    qtbot.waitUntil(
        lambda: synced.store.settings.setting("guard")["refuse_above_usd"] is None, timeout=WAIT_MS
    )
    theme = page.rows["theme"]
    theme.field.setCurrentIndex(theme.field.findData("dark"))
    theme.field.activated.emit(theme.field.currentIndex())
    qtbot.waitUntil(lambda: synced.context.theme.dark, timeout=WAIT_MS)
    box = page.rows["history.import"].field
    assert isinstance(box, QCheckBox)
    before = box.isChecked()
    box.click()
    qtbot.waitUntil(lambda: synced.store.settings.setting("history.import") is (not before), timeout=WAIT_MS)


def test_what_cannot_be_is_said_beside_it_and_not_stored(synced: Harness, qtbot: Any) -> None:
    row = page_of(synced).rows["sign_in.renew_before_min"]
    row._take(600)
    assert "600 cannot be used" in row.help.full_text()
    assert "from 1 to 60" in row.help.full_text()
    assert row.field.text() == "10"
    assert synced.store.settings.setting("sign_in.renew_before_min") is None


def test_settings_are_found_by_typing(synced: Harness, qtbot: Any) -> None:
    page = page_of(synced)
    qtbot.keyClicks(page.field, "athena hist")
    assert [name for name, row in page.rows.items() if row.field.isVisible()] == ["history.import"]
    assert [group for group, heading in page._headings.items() if heading.isVisible()] == ["Queries"]


def test_what_an_administrator_fixed_cannot_be_changed(
    open_window: Callable[[Path], Harness], tmp_path: Path, qtbot: Any
) -> None:
    harness = open_window(tmp_path / "w.dataops")
    policy = Policy("/etc/dataops-desktop/policy.json", {"guard#ask_above_usd": 0.5})
    harness.context.policy = policy
    harness.context.settings = FixedSettings(harness.store.settings._settings, policy)
    row = page_of(harness).rows["guard#ask_above_usd"]
    assert not row.field.isEnabled()
    assert row.field.text() == "0.5"
    assert "Fixed by your administrator (/etc/dataops-desktop/policy.json)" in row.help.full_text()
    assert not row.reset.isVisible()
