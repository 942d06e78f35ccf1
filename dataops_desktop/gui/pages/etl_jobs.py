"""ETL jobs: what they read and write, their runs with times and costs, logs; run with arguments, watch, stop."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from dataops_desktop.actions.etl_cases import JobView
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import finished
from dataops_desktop.gui.dialogs.run_job_dialog import RunJobDialog
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.pages.etl_parts import ListAndDetails
from dataops_desktop.gui.theme import monospace
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.etl import REQUEST_ID, JobRun
from dataops_desktop.interfaces.progress import Progress
from dataops_desktop.ontology.nodes import glue_job_id

_UNWATCHED = tr("Not watched any more; the run goes on. Stop it on its page.")
_KINDS = {
    "glueetl": tr("Spark"),
    "gluestreaming": tr("Spark streaming"),
    "pythonshell": tr("Python shell"),
    "glueray": tr("Ray"),
}


class JobsTab(ListAndDetails):
    """Every job."""

    def __init__(self, context: WindowContext) -> None:
        titles = (tr("Job"), tr("Kind"), tr("Workers"), tr("Changed"), tr("Description"))
        super().__init__(context, titles, {0: 200, 1: 120, 2: 90, 3: 145}, tr("Jobs"))
        self._found: dict[str, JobView] = {}
        self._runs: list[JobRun] = []
        self._price = (0.44, 0.29)
        self.chose = lambda name: context.run(self._show(name), self.failed)
        self.add_button(tr("Refresh"), self.load)
        self.add_button(tr("Lineage"), self._lineage)
        self.add_button(tr("Run…"), lambda: context.run(self._ask_run()), primary=True)
        self.load()

    def load(self) -> None:
        """Read the list."""
        self._context.run(self._load(), self.failed)

    async def _load(self) -> None:
        cases = self._context.use_cases.etl
        self._price = await cases.dpu_hour_usd()
        found = await cases.jobs()
        self._found = {view.job.name: view for view in found}
        rows = [
            (
                view.job.name, _KINDS.get(view.job.kind, view.job.kind) + (" · visual" if view.job.graph else ""), self._workers(view),
                formatting.local_time(view.job.updated_at), view.job.description,
            )
            for view in found
        ]  # fmt: skip
        note = formatting.count(len(found), "job", "jobs") if found else tr("There is no ETL job in this account and region.")  # fmt: skip
        self.show_rows([view.job.name for view in found], rows, note)

    @staticmethod
    def _workers(view: JobView) -> str:
        job = view.job
        if job.workers:
            return f"{job.workers} × {job.worker_type}"
        return f"{job.max_capacity:g} DPU" if job.max_capacity else ""

    def _cost(self, run: JobRun) -> str:
        if run.dpu_hours is None:
            return ""
        return formatting.money(run.dpu_hours * self._price[1 if run.execution_class == "FLEX" else 0])

    async def _show(self, name: str) -> None:
        cases = self._context.use_cases.etl
        view = self._found[name]
        try:
            view = self._found[name] = await cases.script(view)
        except DataOpsError as error:
            self.note.setText(tr("The script cannot be read: {error}", error=error))
        self._runs = await cases.runs(name)
        if view.found != self._found[name].found or view.script:
            await cases.import_nodes(list(self._found.values()), await cases.crawlers())
        if name != self.chosen:
            return
        self.clear_details()
        job, found = view.job, view.found
        facts = [
            tr("Glue {glue_version}", glue_version=job.glue_version) if job.glue_version else "", self._workers(view), tr("time limit {timeout_min} min", timeout_min=job.timeout_min) if job.timeout_min else "",
            tr("connections {connections}", connections=', '.join(job.connections)) if job.connections else "", tr("as {role}", role=job.role.rpartition('/')[2]) if job.role else "",
        ]  # fmt: skip
        self.body.addWidget(
            PlainLabel(" · ".join(fact for fact in facts if fact), wrap=True, selectable=True)
        )
        for title, pairs, paths in (
            (tr("Reads"), found.reads, found.read_paths),
            (tr("Writes"), found.writes, found.write_paths),
        ):
            names = [f"{database}.{table}" for database, table in pairs] + list(paths)
            if names:
                self.body.addWidget(
                    PlainLabel(f"{title}: {', '.join(names[:12])}", wrap=True, selectable=True)
                )
        if found.problems:
            text = tr("Not understood: {problems}", problems="; ".join(found.problems[:4]))
            self.body.addWidget(styled(PlainLabel(text, wrap=True), role="muted"))
        self.body.addWidget(self._tabs(view), 1)

    def _tabs(self, view: JobView) -> QTabWidget:
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self._runs_tab(view.job.name), tr("Runs ({runs})", runs=len(self._runs)))
        if view.job.graph:
            rows = [
                (str(record.get("Name") or key), kind, ", ".join(str(i) for i in record.get("Inputs") or ()))
                for key, node in view.job.graph.items()
                for kind, record in node.items()
                if isinstance(record, dict)
            ]
            tabs.addTab(
                plain_table(RowsModel((tr("Step"), tr("Kind"), tr("After")), rows, parent=self), 2),
                tr("Visual job"),
            )
        if view.script:
            text = QPlainTextEdit(view.script)
            text.setReadOnly(True)
            text.setFont(monospace(text.font()))
            text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            tabs.addTab(text, tr("Script"))
        given = sorted(view.job.arguments.items())
        tabs.addTab(plain_table(RowsModel((tr("Argument"), tr("Value")), given, parent=self), 1), tr("Arguments ({given})", given=len(given)))  # fmt: skip
        return tabs

    def _runs_tab(self, name: str) -> QWidget:
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 8, 0, 0)
        known = [r.dpu_hours * self._price[1 if r.execution_class == "FLEX" else 0] for r in self._runs if r.dpu_hours is not None]  # fmt: skip
        row = QHBoxLayout()
        failed = sum(1 for r in self._runs if r.state in {"FAILED", "TIMEOUT", "ERROR"})
        text = tr("{runs} · {failed} failed · {cost} in all at {price} a DPU-hour", runs=formatting.count(len(self._runs), 'run', 'runs'), failed=failed, cost=formatting.money(sum(known)), price=formatting.money(self._price[0]))  # fmt: skip
        row.addWidget(styled(PlainLabel(text), role="muted"), 1)
        logs, stop = QPushButton(tr("Log")), QPushButton(tr("Stop"))
        row.addWidget(logs)
        row.addWidget(stop)
        layout.addLayout(row)
        rows = [
            (
                formatting.local_time(r.started_at), formatting.state(r.state), formatting.duration(r.seconds * 1000) if r.seconds else "",
                f"{r.dpu_hours:.3f}" if r.dpu_hours is not None else "", self._cost(r),
                r.error or ", ".join(f"{k}={v}" for k, v in sorted(r.arguments.items()) if k != REQUEST_ID),
            )
            for r in self._runs
        ]  # fmt: skip
        model = RowsModel((tr("Started"), tr("State"), tr("Took"), "DPU-hours", tr("Cost"), tr("Error or arguments")), rows, frozenset({3, 4}), self)  # fmt: skip
        table = plain_table(model, 5, {0: 150, 1: 100, 2: 80, 3: 90, 4: 80})
        table.setAccessibleName(tr("Runs"))
        layout.addWidget(table, 1)

        def chosen() -> JobRun | None:
            place = table.currentIndex().row()
            return self._runs[place] if 0 <= place < len(self._runs) else None

        def enable(now: QModelIndex) -> None:
            run = self._runs[now.row()] if now.isValid() else None
            logs.setEnabled(run is not None)
            stop.setEnabled(run is not None and not run.ended)

        table.selectionModel().currentRowChanged.connect(lambda now, _: enable(now))
        enable(QModelIndex())
        logs.clicked.connect(lambda: self._context.run(self._log(chosen())))
        stop.clicked.connect(lambda: self._context.run(self._stop(name, chosen())))
        table.activated.connect(lambda _: self._context.run(self._log(chosen())))
        if rows:
            table.selectRow(0)
        return holder

    async def _log(self, run: JobRun | None) -> None:
        if run is None:
            return
        from PySide6.QtWidgets import QDialog, QDialogButtonBox

        lines = await self._context.use_cases.etl.logs(run)
        dialog = QDialog(self.window())
        dialog.setWindowTitle(
            tr("Log of {job}, {time}", job=run.job, time=formatting.local_time(run.started_at))
        )
        dialog.resize(820, 480)
        layout = QVBoxLayout(dialog)
        text = "\n".join(f"{formatting.local_time(moment)}  {line.rstrip()}" for moment, line in lines)
        shown = QPlainTextEdit(
            text or tr("There is no log yet. It lies in CloudWatch for as long as the log group keeps it.")
        )
        shown.setReadOnly(True)
        shown.setFont(monospace(shown.font()))
        layout.addWidget(shown)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(dialog.reject)
        layout.addWidget(buttons)
        await finished(dialog)
        dialog.deleteLater()

    async def _stop(self, name: str, run: JobRun | None) -> None:
        if run is not None:
            await self._context.use_cases.etl.stop_run(name, run.run_id)
            await self._show(name)

    async def _ask_run(self) -> None:
        if not self.chosen:
            return
        view = self._found[self.chosen]
        hour = self._price[1 if view.job.execution_class == "FLEX" else 0]
        ended = [
            run.dpu_hours for run in self._runs if run.state == "SUCCEEDED" and run.dpu_hours is not None
        ]
        usual = tr(" Its last runs took {hours:.3f} DPU-hours: about {cost}.", hours=sum(ended) / len(ended), cost=formatting.money(sum(ended) / len(ended) * hour)) if ended else tr(" No run has ended yet, so its price is not known.")  # fmt: skip
        price = tr(
            "Billed by the second at {hour} a DPU-hour.{usual}", hour=formatting.money(hour), usual=usual
        )
        dialog = RunJobDialog(view.job.name, view.job.arguments, price, self.window())
        started = await finished(dialog)
        arguments = dialog.arguments
        dialog.deleteLater()
        if started:
            await self._run(view.job.name, arguments)

    async def _run(self, name: str, arguments: dict[str, str]) -> None:
        context, cases = self._context, self._context.use_cases.etl

        def told(run: JobRun) -> None:
            text = formatting.state(run.state) + (
                f" · {formatting.duration(run.seconds * 1000)}" if run.seconds else ""
            )
            context.update_activity(activity, Progress(text))

        try:
            with context.working(tr("Job {name}", name=name), _UNWATCHED) as activity:
                run_id = await cases.start_job(name, arguments)
                await self._show(name)
                run = await cases.watch_run(name, run_id, activity.cancel, told)
                good = run.state == "SUCCEEDED"
                activity.state = "running" if good else "failed"
                activity.outcome = f"{formatting.state(run.state)} · {self._cost(run)}" if good else run.error or formatting.state(run.state)  # fmt: skip
        finally:
            if self.chosen == name:
                await self._show(name)

    def _lineage(self) -> None:
        if self.chosen:
            self._context.node_id_requested.emit(glue_job_id(self.chosen))
