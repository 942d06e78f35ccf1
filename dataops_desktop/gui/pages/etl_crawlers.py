"""Crawlers: list, create, run, stop, last crawls, what changed, the tables they made."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import ask, finished
from dataops_desktop.gui.dialogs.crawler_dialog import CrawlerDialog
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.pages.etl_parts import ListAndDetails, took
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.etl import RECRAWL, Crawl, Crawler
from dataops_desktop.interfaces.progress import Progress

SHOWN_TABLES = 30
_UNWATCHED = tr("Not watched any more; the crawler goes on. Stop it on its page.")


class CrawlersTab(ListAndDetails):
    """Every crawler."""

    def __init__(self, context: WindowContext) -> None:
        titles = (tr("Crawler"), tr("State"), tr("Database"), tr("Last crawl"), tr("Targets"))
        super().__init__(context, titles, {0: 220, 1: 90, 2: 150, 3: 200}, tr("Crawlers"))
        self._found: dict[str, Crawler] = {}
        self._price = (0.44, 0.29)
        self.chose = lambda name: context.run(self._show(name), self.failed)
        self.add_button(tr("Refresh"), self.load)
        self.add_button(tr("New crawler…"), lambda: context.run(self._create()))
        self.run_button = self.add_button(tr("Run"), self._ask_run, primary=True)
        self.stop_button = self.add_button(tr("Stop"), self._stop)
        self.load()

    def load(self) -> None:
        """Read the list."""
        self._context.run(self._load(), self.failed)

    async def _load(self) -> None:
        cases = self._context.use_cases.etl
        self._price = await cases.dpu_hour_usd()
        found = await cases.crawlers()
        self._found = {crawler.name: crawler for crawler in found}
        rows = [
            (
                c.name, formatting.state(c.state), c.database,
                f"{formatting.state(c.last.state)} {formatting.ago(c.last.started_at)}" if c.last else "never", ", ".join(c.targets),
            )
            for c in found
        ]  # fmt: skip
        note = formatting.count(len(found), "crawler", "crawlers") if found else tr("There is no crawler in this account and region. A crawler looks at files and writes tables for them.")  # fmt: skip
        self.show_rows([c.name for c in found], rows, note)
        jobs = await cases.jobs()
        if await cases.import_nodes(jobs, found):
            self._context.catalog_changed.emit()

    async def _show(self, name: str) -> None:
        crawler = self._found[name]
        running = crawler.state in {"RUNNING", "STOPPING"}
        self.run_button.setEnabled(not running)
        self.stop_button.setEnabled(running)
        cases = self._context.use_cases.etl
        crawls = await cases.crawls(name)
        tables = await cases.made_by(name)
        if name != self.chosen:
            return
        self.clear_details()
        facts = [
            ", ".join(crawler.targets), tr("into {database}", database=crawler.database) + (tr(" as {table_prefix}…", table_prefix=crawler.table_prefix) if crawler.table_prefix else ""),
            crawler.schedule or tr("on demand"), RECRAWL.get(crawler.recrawl, crawler.recrawl).lower(), tr("as {role}", role=crawler.role.rpartition('/')[2]),
        ]  # fmt: skip
        self.body.addWidget(
            PlainLabel(" · ".join(fact for fact in facts if fact), wrap=True, selectable=True)
        )
        self.body.addWidget(self._tables(tables))
        rows = [self._row(crawl) for crawl in crawls]
        table = plain_table(
            RowsModel((tr("Started"), tr("State"), tr("Took"), "DPU-hours", tr("Cost"), tr("What changed")), rows, frozenset({3, 4}), self), 5,
            {0: 150, 1: 90, 2: 80, 3: 90, 4: 70},
        )  # fmt: skip
        table.setAccessibleName(tr("Crawls"))
        self.body.addWidget(table, 1)

    def _row(self, crawl: Crawl) -> tuple[str, ...]:
        hours = crawl.dpu_hours
        return (
            formatting.local_time(crawl.started_at), formatting.state(crawl.state), took(crawl.started_at, crawl.ended_at),
            f"{hours:.2f}" if hours is not None else "", formatting.money(hours * self._price[0]) if hours is not None else "",
            crawl.error or "; ".join(crawl.changes) or (tr("no change") if crawl.ended_at else ""),
        )  # fmt: skip

    def _tables(self, tables: list[tuple[int, str]]) -> QWidget:
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        if not tables:
            layout.addWidget(styled(PlainLabel(tr("No table of this crawler is known here yet: run it, then sync.")), role="muted"))  # fmt: skip
            return holder
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(styled(PlainLabel(tr("Writes")), role="muted"))
        for key, name in tables[:SHOWN_TABLES]:
            button = QPushButton(name.replace("&", "&&"))
            button.setProperty("link", True)
            button.clicked.connect(lambda _=False, k=key: self._context.node_requested.emit(k))
            row.addWidget(button)
            if row.count() > 5:
                row.addStretch()
                layout.addLayout(row)
                row = QHBoxLayout()
                row.setSpacing(4)
        if len(tables) > SHOWN_TABLES:
            row.addWidget(
                styled(PlainLabel(tr("… and {tables} more", tables=len(tables) - SHOWN_TABLES)), role="muted")
            )
        row.addStretch()
        layout.addLayout(row)
        return holder

    async def _create(self) -> None:
        cases = self._context.use_cases
        databases = [node.name for node in await cases.catalog.page(None, "glue-database", "", 1000)]
        roles = sorted({crawler.role for crawler in self._found.values() if crawler.role})
        buckets = [stored.node.name for stored in await cases.children(None, "s3-bucket")]
        dialog = CrawlerDialog(databases, roles, buckets, self.window())
        if await finished(dialog):
            crawler = dialog.crawler
            await cases.etl.create_crawler(crawler)
            self._wanted = crawler.name
            self._context.status_requested.emit(
                tr("{name} was created. It has not run yet.", name=crawler.name)
            )
            await self._load()
        dialog.deleteLater()

    def _ask_run(self) -> None:
        if self.chosen:
            self._context.run(self._run(self.chosen))

    async def _run(self, name: str) -> None:
        context, cases = self._context, self._context.use_cases.etl
        least = self._price[0] * 2 / 6  # two DPUs for the ten minutes that are billed at least
        text = tr(
            "A crawl is billed by the DPU-hour, ten minutes at least: about {least} or more.",
            least=formatting.money(least),
        )
        if await ask(
            self.window(),
            tr("Run crawler"),
            tr("Run {name} now?", name=name),
            text,
            (tr("Run"), tr("Cancel")),
        ) != tr("Run"):
            return

        def told(crawl: Crawl) -> None:
            context.update_activity(activity, Progress(formatting.state(crawl.state)))

        try:
            with context.working(tr("Crawl {name}", name=name), _UNWATCHED) as activity:
                await cases.start_crawler(name)
                await self._load()
                crawl = await cases.watch_crawler(name, activity.cancel, told)
                activity.outcome = "; ".join(crawl.changes) or tr("no change")
                if crawl.state != "COMPLETED":
                    activity.state, activity.outcome = "failed", crawl.error or formatting.state(crawl.state)
                elif crawl.changes:
                    context.status_requested.emit(
                        tr(
                            "{name}: {outcome}. Sync to see the tables here.",
                            name=name,
                            outcome=activity.outcome,
                        )
                    )
        finally:
            await self._load()

    def _stop(self) -> None:
        name = self.chosen

        async def work() -> None:
            await self._context.use_cases.etl.stop_crawler(name)
            await self._load()

        if name:
            self._context.run(work(), self.failed)
