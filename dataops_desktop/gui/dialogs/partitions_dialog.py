"""The partitions a folder holds: what is odd about them, what a table does not know yet, and the ways to make it know."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.s3_partitions import PartitionPlan
from dataops_desktop.errors import CancelledByUserError, DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import ask
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.heat_strip import HeatStrip
from dataops_desktop.gui.widgets.partition_cells import strip_cells
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import Partition
from dataops_desktop.interfaces.progress import Progress
from dataops_desktop.objects.addresses import ObjectAddress

KINDS = {
    "hive": tr("Hive-style folders (name=value)"),
    "dates": tr("folders by date"),
    "pattern": tr("folders by your pattern"),
}


class PartitionsDialog(QDialog):
    """`table` where one is known; else the one whose location holds the folder."""

    def __init__(self, context: WindowContext, at: ObjectAddress, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._at = context, at
        self._plan: PartitionPlan | None = None
        self._cancel = CancelToken()
        self.setWindowTitle(tr("Partitions of {uri}", uri=at.uri))
        self.resize(940, 640)
        self.pattern = QLineEdit()
        self.pattern.setPlaceholderText(tr("Found by itself; or a pattern such as {region}/{year}/{month}"))
        self.pattern.setAccessibleName(tr("Pattern"))
        self.again = QPushButton(tr("Look again"))
        self.again.clicked.connect(self._look)
        self.pattern.returnPressed.connect(self._look)
        self.told = PlainLabel(wrap=True)
        self.why_not = styled(PlainLabel(wrap=True), role="muted")
        self._strip_place = QVBoxLayout()
        self.odd = QVBoxLayout()
        self.odd.setSpacing(4)
        self.table = plain_table(RowsModel((tr("Partition"),), []), 0)
        self.table.setAccessibleName(tr("Partitions"))
        self.register = QPushButton(tr("Register"))
        self.register.setProperty("primary", True)
        self.statement, self.sheet, self.project = (
            QPushButton(tr("Copy ALTER TABLE")),
            QPushButton(tr("Open as worksheet")),
            QPushButton(tr("Compute them (projection)…")),
        )
        self.crawl = QPushButton(tr("New crawler…"))
        self.crawl.setToolTip(tr("A crawler that finds new partitions by itself, at its price a run"))
        self.crawl.clicked.connect(lambda: context.run(self._new_crawler(), self._failed))
        self.register.clicked.connect(lambda: context.run(self._register(), self._failed))
        self.statement.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._statements()))
        self.sheet.clicked.connect(self._open_sheet)
        self.project.clicked.connect(lambda: context.run(self._project(), self._failed))
        head = QHBoxLayout()
        head.addWidget(self.pattern, 1)
        head.addWidget(self.again)
        foot = QHBoxLayout()
        for button in (self.register, self.statement, self.sheet, self.project):
            button.setEnabled(False)
            foot.addWidget(button)
        foot.addWidget(self.crawl)
        foot.addStretch()
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.told)
        layout.addLayout(self._strip_place)
        layout.addLayout(self.odd)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.why_not)
        layout.addLayout(foot)
        self.finished.connect(lambda _: self._cancel.cancel())
        self._look()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, CancelledByUserError):
            return
        self.again.setEnabled(True)
        self.told.setText(str(error))
        if not isinstance(error, DataOpsError):
            self._context.report(error)

    def _progress(self, progress: Progress) -> None:
        total = f" of {formatting.whole(progress.total)}" if progress.total else ""
        self.told.setText(f"{progress.text} · {formatting.whole(progress.done)}{total} {progress.unit}")

    def _look(self) -> None:
        self.again.setEnabled(False)
        self.told.setText(tr("Looking…"))
        self._context.run(self._load(), self._failed)

    async def _load(self) -> None:
        plan = await self._context.use_cases.partitions.look(
            self._at, self._progress, self._cancel, self.pattern.text().strip()
        )
        self.again.setEnabled(True)
        self._show(plan)

    def _show(self, plan: PartitionPlan) -> None:
        self._plan = plan
        layout = plan.layout
        keys = ", ".join(f"{name} ({kind})" for name, kind in layout.keys)
        size = formatting.size(sum(p.size_bytes for p in layout.partitions))
        known = (
            tr(" · table {database}.{name}", database=plan.table.database, name=plan.table.name)
            if plan.table
            else ""
        )
        new = (
            tr(" · {new} not registered yet", new=formatting.whole(len(plan.new)))
            if plan.table and not plan.why_not
            else ""
        )
        gone = (
            tr(" · {gone} registered without files", gone=formatting.whole(len(plan.gone)))
            if plan.gone
            else ""
        )
        self.told.setText(
            f"{formatting.count(len(layout.partitions), 'partition', 'partitions')} by {keys}: {KINDS[layout.kind]}, "
            f"{formatting.count(plan.files, 'file', 'files')}, {size}{known}{new}{gone}"
        )
        _clear(self._strip_place)
        as_known = [
            Partition(p.values, f"s3://{plan.at.bucket}/{p.place}", None, p.size_bytes)
            for p in layout.partitions
        ]
        strip = HeatStrip(
            self._context.theme,
            strip_cells([n for n, _ in layout.keys], as_known),
            tr("Sizes of the partitions"),
        )
        strip.chosen.connect(self.table.selectRow)
        self._strip_place.addWidget(strip)
        _clear(self.odd)
        for item in plan.oddities:
            self.odd.addWidget(PlainLabel(f"• {item.message}", wrap=True, selectable=True))
            self.odd.addWidget(styled(PlainLabel(f"   {item.remedy}", wrap=True), role="muted"))
        fresh = {p.values for p in plan.new}
        titles = (*(name for name, _ in layout.keys), tr("Files"), tr("Size"), tr("State"), tr("Folder"))
        count = len(layout.keys)
        rows = [
            (*p.values, formatting.whole(p.files), formatting.size(p.size_bytes), "new" if p.values in fresh and plan.table else "registered" if plan.table and not plan.why_not else "", p.place)
            for p in layout.partitions
        ]  # fmt: skip
        rows += [(*p.values, "0", "", tr("no files"), p.location) for p in plan.gone]
        self.table.setModel(RowsModel(titles, rows, frozenset({count, count + 1}), self))
        header = self.table.horizontalHeader()
        for column in range(len(titles) - 1):
            header.setSectionResizeMode(column, header.ResizeMode.Interactive)
            self.table.setColumnWidth(column, 110)
        header.setSectionResizeMode(len(titles) - 1, header.ResizeMode.Stretch)
        self.why_not.setText(plan.why_not)
        able = plan.table is not None and not plan.why_not
        self.register.setText(tr("Register {new} in Glue", new=formatting.whole(len(plan.new))))
        for button in (self.register, self.statement, self.sheet):
            button.setEnabled(able and bool(plan.new))
        self.project.setEnabled(able)

    def _statements(self) -> str:
        assert self._plan is not None
        return ";\n\n".join(self._context.use_cases.partitions.alter_statements(self._plan))

    def _open_sheet(self) -> None:
        assert self._plan is not None
        assert self._plan.table is not None
        self._context.query_requested.emit(self._statements(), self._plan.table.database)
        self.accept()

    async def _register(self) -> None:
        assert self._plan is not None
        self.register.setEnabled(False)
        done, left = await self._context.use_cases.partitions.register(
            self._plan, self._progress, self._cancel
        )
        self._context.catalog_changed.emit()
        text = formatting.count(done, "partition registered", "partitions registered")
        self._context.status_requested.emit(
            text + (tr(", {count:,} refused: {first}", count=len(left), first=left[0]) if left else "")
        )
        await self._load()

    async def _new_crawler(self) -> None:
        from dataops_desktop.gui.dialogs.ask import finished
        from dataops_desktop.gui.dialogs.crawler_dialog import CrawlerDialog

        cases = self._context.use_cases
        databases = [item.node.name for item in await cases.children(None, "glue-database")]
        roles = sorted({crawler.role for crawler in await cases.etl.crawlers() if crawler.role})
        dialog = CrawlerDialog(databases, roles, [self._at.bucket], self)
        dialog.targets.setPlainText(self._at.uri)
        table = self._plan.table if self._plan is not None else None
        if table is not None:
            dialog.database.setCurrentText(table.database)
        dialog.name.setText(f"{self._at.name}-partitions")
        if await finished(dialog):
            await cases.etl.create_crawler(dialog.crawler)
            self._context.status_requested.emit(
                tr("{name} was created. Crawlers and jobs runs it.", name=dialog.crawler.name)
            )
            self._context.commands.run("glue.etl")
            self.accept()
        dialog.deleteLater()

    async def _project(self) -> None:
        assert self._plan is not None
        parameters = self._context.use_cases.partitions.projection(self._plan)
        text = "\n".join(f"{name} = {value}" for name, value in parameters.items())
        answer = await ask(
            self, tr("Partition projection"), tr("Athena computes the partitions from these rules and no longer looks at registered ones."),
            text + tr("\n\nOther engines (Spark, Redshift Spectrum, crawlers) do not know projection."), [tr("Set them"), tr("Cancel")],
        )  # fmt: skip
        if answer == tr("Set them"):
            await self._context.use_cases.partitions.project(self._plan)
            self._context.catalog_changed.emit()
            await self._load()


def _clear(layout: QVBoxLayout) -> None:
    while layout.count():
        widget = layout.takeAt(0).widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
