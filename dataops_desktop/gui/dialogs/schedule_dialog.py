"""“Schedule sync”: simple choices or cron, a time zone, the next moments, and the command for the system's own scheduler."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, QTime
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSystemTrayIcon,
    QTimeEdit,
    QWidget,
)

from dataops_desktop.actions.sync_schedule import (
    KINDS,
    SyncSchedule,
    local_timezone,
    next_runs,
    system_command,
)
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled

_CHOICES = (
    ("hour", tr("Every hour")),
    ("day", tr("Every day")),
    ("weekdays", tr("Monday to Friday")),
    ("week", tr("Once a week")),
    ("cron", tr("Cron expression")),
)


class ScheduleDialog(QDialog):
    """After `accepted`: `schedule`, None to have none."""

    def __init__(self, schedule: SyncSchedule | None, command: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        from zoneinfo import available_timezones

        self.setWindowTitle(tr("Schedule sync"))
        self.setMinimumWidth(520)
        self._command = command
        shown = schedule or SyncSchedule("0 6 * * *", local_timezone())
        form = QFormLayout(self)
        form.setVerticalSpacing(8)
        self.on = QCheckBox(tr("Sync the Glue catalog by itself"))
        self.on.setChecked(schedule is None or schedule.enabled)
        form.addRow(self.on)
        self.choice = QComboBox()
        for key, text in _CHOICES:
            self.choice.addItem(text, key)
        self.day = QComboBox()
        for number in range(1, 8):
            self.day.addItem(QLocale().dayName(number), number % 7)
        self.time = QTimeEdit(QTime(6, 0))
        self.time.setButtonSymbols(QTimeEdit.ButtonSymbols.NoButtons)
        self.time.setDisplayFormat("HH:mm")
        row = QHBoxLayout()
        row.addWidget(self.choice)
        row.addWidget(self.day)
        row.addWidget(self.time)
        row.addStretch()
        form.addRow(tr("When"), row)
        self.cron = QLineEdit(shown.cron)
        self.cron.setPlaceholderText(tr("minute hour day month weekday"))
        form.addRow(tr("&Cron"), self.cron)
        self.zone = QComboBox()
        self.zone.setEditable(True)
        names = sorted(available_timezones())
        self.zone.addItems(names)
        self.zone.setCurrentText(shown.timezone)
        completer = QCompleter(names, self)
        completer.setFilterMode(completer.filterMode().MatchContains)
        completer.setCaseSensitivity(completer.caseSensitivity().CaseInsensitive)
        self.zone.setCompleter(completer)
        form.addRow(tr("Time &zone"), self.zone)
        self.note = styled(PlainLabel(wrap=True), role="muted")
        form.addRow(tr("Next"), self.note)
        self.tray = QCheckBox(tr("Stay in the tray when the window is closed"))
        self.tray.setChecked(shown.tray)
        self.tray.setEnabled(QSystemTrayIcon.isSystemTrayAvailable())
        if not self.tray.isEnabled():
            self.tray.setText(tr("This desktop has no tray: the sync runs while the window is open"))
        form.addRow(self.tray)
        text = tr(
            "It runs while the program is open, and what was missed is caught up once. Without the program, let the system run it:"
        )
        form.addRow(styled(PlainLabel(text, wrap=True), role="muted"))
        copies = QHBoxLayout()
        copies.setSpacing(8)
        self._copies = {}
        for kind, title in KINDS.items():
            button = self._copies[kind] = QPushButton(tr("Copy for {title}", title=title))
            button.clicked.connect(lambda _=False, k=kind: self._copy(k))
            copies.addWidget(button)
        copies.addStretch()
        form.addRow(copies)
        self.copied = styled(PlainLabel(wrap=True), role="muted")
        form.addRow(self.copied)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Save
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._save = buttons.button(QDialogButtonBox.StandardButton.Save)
        form.addRow(buttons)
        self._show(shown.cron)
        self.choice.currentIndexChanged.connect(lambda _: self._write())
        self.day.currentIndexChanged.connect(lambda _: self._write())
        self.time.timeChanged.connect(lambda _: self._write())
        self.cron.textChanged.connect(lambda _: self._tell())
        self.zone.currentTextChanged.connect(lambda _: self._tell())
        self._write()

    @property
    def schedule(self) -> SyncSchedule:
        """As chosen."""
        return SyncSchedule(
            " ".join(self.cron.text().split()),
            self.zone.currentText().strip(),
            self.on.isChecked(),
            self.tray.isChecked(),
        )

    def _show(self, cron: str) -> None:
        """The simple choice an expression stands for, else the expression."""
        fields = cron.split()
        minute, hour = (fields[0], fields[1]) if len(fields) == 5 else ("", "")
        found = "cron"
        if len(fields) == 5 and minute.isdigit() and fields[2:4] == ["*", "*"]:
            if hour == "*" and fields[4] == "*":
                found = "hour"
            elif hour.isdigit():
                found = {"*": "day", "1-5": "weekdays"}.get(fields[4], "week" if fields[4].isdigit() else "cron")  # fmt: skip
            self.time.setTime(QTime(int(hour) if hour.isdigit() else 0, int(minute)))
            if found == "week":
                self.day.setCurrentIndex(self.day.findData(int(fields[4]) % 7))
        self.choice.setCurrentIndex(self.choice.findData(found))

    def _write(self) -> None:
        choice = str(self.choice.currentData())
        self.day.setVisible(choice == "week")
        self.time.setVisible(choice != "cron")
        self.time.setDisplayFormat("mm" if choice == "hour" else "HH:mm")
        self.cron.setReadOnly(choice != "cron")
        minute, hour = self.time.time().minute(), self.time.time().hour()
        if choice != "cron":
            days = {"weekdays": "1-5", "week": str(self.day.currentData())}.get(choice, "*")
            self.cron.setText(f"{minute} {'*' if choice == 'hour' else hour} * * {days}")
        self._tell()

    def _tell(self) -> None:
        try:
            moments = next_runs(self.schedule)
        except DataOpsError as error:
            self.note.setText(str(error))
            moments = []
        else:
            self.note.setText(", then ".join(f"{moment:%a %Y-%m-%d %H:%M}" for moment in moments))
        self._save.setEnabled(bool(moments))
        for button in self._copies.values():
            button.setEnabled(bool(moments))

    def _copy(self, kind: str) -> None:
        try:
            text = system_command(kind, self.schedule, self._command)
        except DataOpsError as error:
            self.copied.setText(str(error))
            return
        QGuiApplication.clipboard().setText(text)
        self.copied.setText(tr("Copied:\n{command}", command=text.strip().splitlines()[-1][:160]))
