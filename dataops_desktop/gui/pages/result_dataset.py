"""Making a dataset of a result: the dialog, then the statement or the upload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dataops_desktop.errors import InputError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import finished
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.pages.query_estimate import estimate_text
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.ontology.nodes import glue_table_id
from dataops_desktop.sql.parameters import parameters
from dataops_desktop.sql.split import without_leading_comments


async def create_dataset(
    context: WindowContext, page: Any, tab: Any, run: Callable[[str], None], place_is_fixed: bool
) -> None:
    """For a ResultTab of a worksheet; `run` runs a statement in that worksheet, with its limits and its history."""
    from dataops_desktop.gui.dialogs.dataset_dialog import DatasetDialog

    if tab.view is None or tab.outcome is None:
        raise InputError(
            tr("The result is still being read."), tr("Make the dataset when all rows are there.")
        )
    databases = [stored.node.name for stored in await context.use_cases.children(None, "glue-database")]
    if not databases:
        raise InputError(tr("No database is known."), tr("Sync AWS Glue first."))
    record = tab.outcome.record
    sql, database, local = record.sql, record.database, record.engine != "athena"
    if local:
        why_not = tr("Athena cannot read what the local engine read.")
    elif parameters(sql):
        why_not = tr("The query has parameters, which a CTAS cannot keep.")
    else:
        why_not = "" if _is_query(sql) else tr("Only a query can be stored by Athena.")
    dialog = DatasetDialog(
        tab.view.shown_rows(), sql, database, record.engine, databases, why_not, place_is_fixed, context.theme.colors.error, page.window()
    )  # fmt: skip

    async def propose(wanted: str, name: str) -> None:
        dialog.propose(await context.use_cases.dataset_location(wanted, name))

    async def estimate() -> None:
        dialog.show_query_cost(estimate_text(await context.use_cases.estimate(sql, database)))

    dialog.location_wanted.connect(lambda wanted, name: context.run(propose(wanted, name)))
    if not why_not:
        context.run(estimate())
    accepted = await finished(dialog)
    dataset, by_query = dialog.dataset, dialog.by_query
    statement = dialog.statement if by_query and accepted else ""
    dialog.deleteLater()
    if accepted and by_query:
        run(statement)
    elif accepted:
        await _upload(context, dataset, tab.view.shown_rows())


def _is_query(sql: str) -> bool:
    return (
        without_leading_comments(sql)
        .lstrip("(")
        .lstrip()
        .upper()
        .startswith(("SELECT", "WITH", "VALUES", "TABLE"))
    )


async def _upload(context: WindowContext, dataset: Any, rows: Any) -> None:
    with context.working(
        tr("Create dataset {database}.{name}", database=dataset.database, name=dataset.name)
    ) as activity:
        table = await context.use_cases.upload_dataset(
            dataset, rows, lambda state: context.update_activity(activity, state), activity.cancel
        )
        size = formatting.size(table.size_bytes)
        activity.outcome = f"{formatting.count(rows.row_count, 'row', 'rows')} · {size}"
    context.catalog_changed.emit()
    context.node_id_requested.emit(glue_table_id(dataset.database, dataset.name))
