"""Every setting there is, as it is declared: what it does, what it may be, and back to its default."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.errors import DataOpsError, InputError
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.settings import BOOL, CHOICE, INT, SETTINGS, Setting, value_of


class SettingRow:
    """Title, help, field and reset of one setting. `changed` is called with a value that was checked."""

    def __init__(self, context: WindowContext, setting: Setting, page: SettingsPage) -> None:
        self.setting, self._context, self._page = setting, context, page
        self.title = PlainLabel(tr(setting.title), wrap=True)
        self.help = PlainLabel(wrap=True)
        self.reset = QPushButton(tr("Default"))
        self.reset.setProperty("link", True)
        self.reset.setAccessibleName(tr("Default of {title}", title=tr(setting.title)))
        self.reset.clicked.connect(lambda: self._take(setting.default))
        self.field: QWidget = self._make()
        self.field.setAccessibleName(tr(setting.title))
        self.title.setBuddy(self.field)
        self.widgets = (self.title, self.field, self.reset, self.help)
        self.show_value()

    def _make(self) -> QWidget:
        setting = self.setting
        if setting.kind == BOOL:
            box = QCheckBox()
            box.clicked.connect(lambda on: self._take(bool(on)))
            return box
        if setting.kind == CHOICE:
            choice = QComboBox()
            for name in setting.choices:
                choice.addItem(tr(name.capitalize()), name)
            choice.activated.connect(lambda _: self._take(choice.currentData()))
            return choice
        line = QLineEdit()
        line.setPlaceholderText(tr("off") if setting.optional else "")
        line.editingFinished.connect(lambda: self._typed(line))
        return line

    def _typed(self, line: QLineEdit) -> None:
        text = line.text().strip().replace(",", ".")
        value: Any = None
        if text:
            try:
                value = int(float(text)) if self.setting.kind == INT else float(text)
            except (ValueError, OverflowError):
                value = text
        if value != self._value():
            self._take(value)

    def _value(self) -> Any:
        return value_of(self._context.settings.setting, self.setting)

    def show_value(self, problem: str = "") -> None:
        """As it is stored now."""
        setting, value = self.setting, self._value()
        if isinstance(self.field, QCheckBox):
            self.field.setChecked(bool(value))
        elif isinstance(self.field, QComboBox):
            self.field.setCurrentIndex(max(0, self.field.findData(value)))
        elif isinstance(self.field, QLineEdit):
            self.field.setText(
                "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
            )
        fixed = self._context.policy.fixes(setting.name)
        self.field.setEnabled(not fixed)
        self.reset.setVisible(not fixed and value != setting.default)
        notes = [problem or tr(setting.help), tr("In {unit}.", unit=tr(setting.unit)) if setting.unit else ""]
        notes += [tr("Takes effect at the next start.") if setting.restart else ""]
        notes += [
            tr("Fixed by your administrator ({path}).", path=self._context.policy.path) if fixed else ""
        ]
        self.help.setText(" ".join(note for note in notes if note))
        tone = "error" if problem else "muted"
        self.help.setStyleSheet(f"color: {self._context.theme.color(tone).name()}")

    def _take(self, value: Any) -> None:
        try:
            checked = self.setting.checked(value)
        except InputError as error:
            self.show_value(str(error))
            return
        self._context.run(self._store(checked))

    async def _store(self, value: Any) -> None:
        try:
            await self._context.use_cases.set_declared(self.setting.name, value)
        except DataOpsError as error:
            self.show_value(str(error))
            return
        self.show_value()
        self._page.took(self.setting.name, value)


class SettingsPage(QWidget):
    """Found by typing; groups without a match hide."""

    def __init__(self, context: WindowContext, state: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self.field = QLineEdit(str((state or {}).get("text") or ""))
        self.field.setPlaceholderText(tr("Find a setting"))
        self.field.setAccessibleName(tr("Find a setting"))
        self.field.setClearButtonEnabled(True)
        self.field.setMaximumWidth(420)
        body = QWidget()
        body.setProperty("page", True)
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 12, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        self.rows: dict[str, SettingRow] = {}
        self._headings: dict[str, PlainLabel] = {}
        line = 0
        for setting in SETTINGS:
            if setting.group not in self._headings:
                heading = PlainLabel(tr(setting.group))
                styled(heading, bold=True, size=1)
                heading.setContentsMargins(0, 14, 0, 4)
                grid.addWidget(heading, line, 0, 1, 3)
                self._headings[setting.group] = heading
                line += 1
            row = self.rows[setting.name] = SettingRow(context, setting, self)
            grid.addWidget(row.title, line, 0)
            grid.addWidget(row.field, line, 1)
            grid.addWidget(row.reset, line, 2)
            grid.addWidget(row.help, line + 1, 0, 1, 3)
            line += 2
        grid.setRowStretch(line, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 12, 12)
        layout.setSpacing(8)
        title = PlainLabel(tr("Settings"))
        styled(title, bold=True, size=3)
        layout.addWidget(title)
        layout.addWidget(self.field)
        layout.addWidget(area, 1)
        self.field.textChanged.connect(self._filter)
        context.theme.changed.connect(lambda: [row.show_value() for row in self.rows.values()])
        self._filter(self.field.text())

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        seen = set()
        for row in self.rows.values():
            setting = row.setting
            said = f"{setting.name} {tr(setting.title)} {tr(setting.help)} {tr(setting.group)}".lower()
            match = all(word in said for word in words)
            for widget in (row.title, row.field, row.help):
                widget.setVisible(match)
            fixed = self._context.policy.fixes(setting.name)
            row.reset.setVisible(match and not fixed and row._value() != setting.default)
            if match:
                seen.add(setting.group)
        for group, heading in self._headings.items():
            heading.setVisible(group in seen)

    def took(self, name: str, value: Any) -> None:
        """What has an effect at once."""
        if name == "theme":
            self._context.theme.apply(value)
        elif name == "transfers.speed":
            self._context.run(self._context.use_cases.transfers.set_speed(int(value)))

    # page
    def page_title(self) -> str:
        """Tab text."""
        return tr("Settings")

    def page_icon(self) -> str:
        """Tab icon."""
        return "settings"

    def page_key(self) -> str:
        """There is one."""
        return "settings"

    def focus_first(self) -> None:
        """The field to find one."""
        self.field.setFocus()

    def state(self) -> dict[str, Any]:
        """What was looked for."""
        return {"kind": "settings", "text": self.field.text()}
