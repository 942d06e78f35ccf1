"""A bucket's lifecycle rules: each as a timeline, edited in a form that knows the service's limits, put as a whole after a look at the difference."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.s3_lifecycle import Lifecycle
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import ask
from dataops_desktop.gui.dialogs.text_diff_dialog import TextDiffDialog
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import CLASS_NAMES
from dataops_desktop.gui.widgets.lifecycle_timeline import LifecycleTimeline
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.objects.lifecycle import TARGETS, Rule, in_words, problems

MOST_MOVES = 4


class _Days(QSpinBox):
    """A number of days; zero shows as off."""

    def __init__(self, off: str = tr("Never")) -> None:
        super().__init__()
        self.setRange(0, 36_500)
        self.setSpecialValueText(off)
        self.setSuffix(tr(" days"))

    def days(self) -> int | None:
        """None when off."""
        return self.value() or None

    def show_days(self, days: int | None) -> None:
        """Zero is off."""
        self.setValue(days or 0)


class _Move(QWidget):
    """To a class after so many days."""

    def __init__(self, changed) -> None:  # type: ignore[no-untyped-def]
        super().__init__()
        self.kind, self.days = QComboBox(), QSpinBox()
        self.kind.addItem(tr("Nowhere"), "")
        for name in TARGETS:
            self.kind.addItem(CLASS_NAMES[name], name)
        self.days.setRange(0, 36_500)
        self.days.setPrefix(tr("after "))
        self.days.setSuffix(tr(" days"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.kind, 1)
        row.addWidget(self.days)
        self.kind.currentIndexChanged.connect(lambda _: self._chosen(changed))
        self.days.valueChanged.connect(lambda _: changed())
        self._chosen(lambda: None)

    def _chosen(self, changed) -> None:  # type: ignore[no-untyped-def]
        self.days.setEnabled(bool(self.kind.currentData()))
        changed()

    def value(self) -> tuple[int, str] | None:
        """None for nowhere."""
        kind = str(self.kind.currentData())
        return (self.days.value(), kind) if kind else None

    def show_value(self, value: tuple[int, str] | None) -> None:
        """Show one."""
        self.kind.setCurrentIndex(max(0, self.kind.findData(value[1])) if value else 0)
        self.days.setValue(value[0] if value else 30)


class LifecycleDialog(QDialog):
    """Nothing is put before “Compare and put…”."""

    def __init__(self, context: WindowContext, before: Lifecycle, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._before = context, before
        self._rules = list(before.rules)
        self._showing = False
        self.setWindowTitle(tr("Lifecycle of {bucket}", bucket=before.bucket))
        self.resize(960, 680)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Rules"))
        self.list.setWordWrap(True)
        self.list.currentRowChanged.connect(lambda _: self._show())
        add, remove = QPushButton(tr("Add rule")), QPushButton(tr("Remove rule"))
        add.clicked.connect(self._add)
        remove.clicked.connect(self._remove)
        buttons = QHBoxLayout()
        buttons.addWidget(add)
        buttons.addWidget(remove)
        buttons.addStretch()
        left = QWidget()
        left_column = QVBoxLayout(left)
        left_column.setContentsMargins(0, 0, 0, 0)
        left_column.addWidget(self.list, 1)
        left_column.addLayout(buttons)
        self.timeline = LifecycleTimeline(context.theme)
        self.words = styled(PlainLabel(wrap=True), role="muted")
        self.saved = styled(PlainLabel(wrap=True), role="muted")
        self.estimate = QPushButton(tr("Estimate savings"))
        self.estimate.clicked.connect(lambda: context.run(self._estimate(), self._failed))
        right = QWidget()
        right_column = QVBoxLayout(right)
        right_column.setContentsMargins(8, 0, 0, 0)
        right_column.addWidget(self.timeline)
        right_column.addWidget(self.words)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self._form())
        right_column.addWidget(area, 1)
        line = QHBoxLayout()
        line.addWidget(self.estimate)
        line.addWidget(self.saved, 1)
        right_column.addLayout(line)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([300, 640])
        split.setChildrenCollapsible(False)
        self._editor = right
        self.problem = PlainLabel(wrap=True, selectable=True)
        self.problem.setStyleSheet(f"color: {context.theme.colors.error}")
        end = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.put = end.addButton(tr("Compare and put…"), QDialogButtonBox.ButtonRole.ActionRole)
        self.put.setProperty("primary", True)
        self.put.clicked.connect(lambda: context.run(self._put(), self._failed))
        end.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(split, 1)
        layout.addWidget(self.problem)
        layout.addWidget(end)
        self._fill(0)

    def _form(self) -> QWidget:
        body = QWidget()
        form = QFormLayout(body)
        form.setVerticalSpacing(6)
        self.name, self.prefix, self.tags = QLineEdit(), QLineEdit(), QLineEdit()
        self.enabled = QCheckBox(tr("In force"))
        self.prefix.setPlaceholderText(tr("Empty: the whole bucket"))
        self.tags.setPlaceholderText(tr("key=value, key=value"))
        self.larger, self.smaller = QLineEdit(), QLineEdit()
        self.larger.setPlaceholderText(tr("bytes"))
        self.smaller.setPlaceholderText(tr("bytes"))
        self.moves = [_Move(self._edited) for _ in range(MOST_MOVES)]
        self.expire, self.old_expire, self.abort = _Days(), _Days(), _Days()
        self.old_kept = QSpinBox()
        self.old_kept.setRange(0, 100)
        self.old_kept.setSpecialValueText(tr("None kept"))
        self.old_move = _Move(self._edited)
        self.markers = QCheckBox(tr("Remove delete markers that stand alone"))
        form.addRow(tr("&Name"), self.name)
        form.addRow("", self.enabled)
        form.addRow(tr("&Folder or prefix"), self.prefix)
        form.addRow(tr("&Tags"), self.tags)
        form.addRow(tr("&Larger than"), self.larger)
        form.addRow(tr("&Smaller than"), self.smaller)
        for number, move in enumerate(self.moves):
            form.addRow(tr("Move") if not number else tr("then"), move)
        form.addRow(tr("&Delete after"), self.expire)
        form.addRow(tr("Old versions move"), self.old_move)
        form.addRow(tr("Old versions deleted"), self.old_expire)
        form.addRow(tr("…but newest kept"), self.old_kept)
        form.addRow("", self.markers)
        form.addRow(tr("&Unfinished uploads"), self.abort)
        for field in (self.name, self.prefix, self.tags, self.larger, self.smaller):
            field.textEdited.connect(lambda _: self._edited())
        for box in (self.enabled, self.markers):
            box.clicked.connect(lambda: self._edited())
        for spin in (self.expire, self.old_expire, self.abort, self.old_kept):
            spin.valueChanged.connect(lambda _: self._edited())
        return body

    # the list
    def _fill(self, row: int) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for rule in self._rules:
            self.list.addItem(self._title(rule))
        self.list.blockSignals(False)
        if self._rules:
            self.list.setCurrentRow(max(0, min(row, len(self._rules) - 1)))
        self._show()

    @staticmethod
    def _title(rule: Rule) -> str:
        state = "" if rule.enabled else " (off)"
        return (
            f"{rule.rule_id or tr('No name')}{state} · {rule.prefix or tr('whole bucket')}\n{in_words(rule)}"
        )

    def _add(self) -> None:
        taken = {rule.rule_id for rule in self._rules}
        number = 1
        while (name := f"rule-{number}") in taken:
            number += 1
        self._rules.append(Rule(name, transitions=((30, "STANDARD_IA"),)))
        self._fill(len(self._rules) - 1)
        self.name.setFocus()
        self.name.selectAll()

    def _remove(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._rules):
            del self._rules[row]
            self._fill(row)

    # the form
    def _show(self) -> None:
        row = self.list.currentRow()
        there = 0 <= row < len(self._rules)
        self._editor.setEnabled(there)
        self.saved.setText("")
        rule = self._rules[row] if there else Rule()
        self._showing = True
        self.name.setText(rule.rule_id)
        self.enabled.setChecked(rule.enabled)
        self.prefix.setText(rule.prefix)
        self.tags.setText(", ".join(f"{key}={value}" for key, value in rule.tags))
        self.larger.setText("" if rule.larger_than is None else str(rule.larger_than))
        self.smaller.setText("" if rule.smaller_than is None else str(rule.smaller_than))
        for number, move in enumerate(self.moves):
            move.show_value(rule.transitions[number] if number < len(rule.transitions) else None)
        self.expire.show_days(rule.expire_days)
        self.old_move.show_value(rule.old_transitions[0] if rule.old_transitions else None)
        self.old_expire.show_days(rule.old_expire_days)
        self.old_kept.setValue(rule.old_kept or 0)
        self.markers.setChecked(rule.expire_markers)
        self.abort.show_days(rule.abort_days)
        self._showing = False
        self._judge()

    def _edited(self) -> None:
        row = self.list.currentRow()
        if self._showing or not 0 <= row < len(self._rules):
            return
        moves = tuple(sorted(value for move in self.moves if (value := move.value()) is not None))
        old = self.old_move.value()
        before = self._rules[row]
        pairs = [part.partition("=") for part in self.tags.text().split(",") if part.strip()]
        self._rules[row] = replace(
            before, rule_id=self.name.text().strip(), enabled=self.enabled.isChecked(), prefix=self.prefix.text(),
            tags=tuple((key.strip(), value.strip()) for key, _, value in pairs), larger_than=_whole(self.larger.text()), smaller_than=_whole(self.smaller.text()),
            transitions=moves, expire_days=self.expire.days(), expire_markers=self.markers.isChecked(),
            old_transitions=(*((old,) if old else ()), *before.old_transitions[1:]), old_expire_days=self.old_expire.days(), old_kept=self.old_kept.value() or None,
            abort_days=self.abort.days(),
        )  # fmt: skip
        self.list.item(row).setText(self._title(self._rules[row]))
        self.saved.setText("")
        self._judge()

    def _judge(self) -> None:
        row = self.list.currentRow()
        rule = self._rules[row] if 0 <= row < len(self._rules) else Rule()
        self.timeline.show_rule(rule)
        self.words.setText(
            _sentence(in_words(rule))
            if self._rules
            else tr("The bucket has no rules. Objects stay where they are.")
        )
        found = problems(self._rules)
        self.problem.setText("\n".join(found[:4]))
        self.put.setEnabled(
            not found
            and self._context.use_cases.lifecycles.planned(self._before, self._rules) != self._before.text
        )

    # working
    def _failed(self, error: Exception) -> None:
        self.problem.setText(str(error))
        self.estimate.setEnabled(True)
        if not isinstance(error, DataOpsError):
            self._context.report(error)

    async def _estimate(self) -> None:
        rule = self._rules[self.list.currentRow()]
        self.estimate.setEnabled(False)
        with self._context.working(
            tr("Estimate {rule_id} of {bucket}", rule_id=rule.rule_id or "a rule", bucket=self._before.bucket)
        ) as activity:
            self.saved.setText(tr("Listing… the Activity panel can cancel it."))
            found = await self._context.use_cases.lifecycles.estimate(
                self._before.bucket,
                rule,
                lambda progress: self._context.update_activity(activity, progress),
                activity.cancel,
            )
            activity.outcome = tr(
                "≈ {usd_per_month} a month", usd_per_month=formatting.money(found.usd_per_month)
            )
        self.estimate.setEnabled(True)
        self.saved.setText(
            tr(
                "Estimate: ≈ {usd_per_month} a month saved on what lies there today, ≈ {usd_once} once for moving; {moved_bytes} move, {deleted_bytes} are deleted. Reading them back is not in it.",
                usd_per_month=formatting.money(found.usd_per_month),
                usd_once=formatting.money(found.usd_once),
                moved_bytes=formatting.size(found.moved_bytes),
                deleted_bytes=formatting.size(found.deleted_bytes),
            )
        )

    async def _put(self) -> None:
        cases = self._context.use_cases.lifecycles
        planned = cases.planned(self._before, self._rules)
        dialog = TextDiffDialog(
            self._context.theme, (tr("As it is"), self._before.text), (tr("As it will be"), planned), self
        )
        dialog.setWindowTitle(tr("The whole configuration is replaced"))
        dialog.open()
        deletes = [
            rule for rule in self._rules if rule.enabled and (rule.expire_days or rule.old_expire_days)
        ]
        text = tr("The rules on the right replace all rules of the bucket.")
        if deletes:
            text += tr(
                " {deletes} objects by itself: that cannot be undone.",
                deletes=formatting.count(len(deletes), "of them deletes", "of them delete"),
            )
        answer = await ask(
            dialog,
            tr("Put lifecycle"),
            tr("Put these rules on {bucket}?", bucket=self._before.bucket),
            text,
            [tr("Put"), tr("Cancel")],
            warning=bool(deletes),
        )
        dialog.close()
        dialog.deleteLater()
        if answer == tr("Put"):
            self._before = await cases.put(self._before, self._rules)
            self._context.status_requested.emit(
                tr("The lifecycle of {bucket} was put.", bucket=self._before.bucket)
            )
            self.accept()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _whole(text: str) -> int | None:
    text = text.strip().replace(",", "")
    return int(text) if text.isdigit() else None
