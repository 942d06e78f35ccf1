"""Partitions a table's folder holds: found from a listing, compared with what Glue knows, registered or computed by projection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.s3_cases import S3Cases
from dataops_desktop.actions.table_refresh import refresh_table
from dataops_desktop.errors import InputError, NotFoundError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import Partition, Table
from dataops_desktop.interfaces.progress import Progress, ProgressSink
from dataops_desktop.objects.addresses import ObjectAddress, parse_address
from dataops_desktop.objects.layouts import (
    HIVE,
    FoundPartition,
    Layout,
    Oddity,
    discover,
    oddities,
    projection,
)
from dataops_desktop.sql.quoting import integer_or_text, quote_ident, quote_text

MOST_FILES = 1_000_000
MOST_REGISTERED = 1_000_000
ALTER_AT_ONCE = 99  # partitions in one statement, for its length


@dataclass(frozen=True)
class PartitionPlan:
    """What lies in a folder and what of it a table knows. `table` is None where none is there yet."""

    at: ObjectAddress
    layout: Layout
    files: int
    oddities: tuple[Oddity, ...]
    table: Table | None
    new: tuple[FoundPartition, ...]
    gone: tuple[Partition, ...]  # registered, but no file is there
    why_not: str = ""  # they cannot be added to the table


class S3Partitions:
    """`look` changes nothing; the others do what their name says."""

    def __init__(self, context: ActionContext, cases: S3Cases) -> None:
        self._context, self._cases = context, cases

    async def look(
        self, at: ObjectAddress, progress: ProgressSink, cancel: CancelToken, pattern: str = "", table: tuple[str, str] | None = None
    ) -> PartitionPlan:  # fmt: skip
        """List everything below a folder. NotFoundError where no layout is seen."""
        files: list[tuple[str, int]] = []
        async for entries in self._cases.below(at.bucket, at.key, cancel.raise_if_cancelled):
            files += [(entry.key, entry.size) for entry in entries]
            progress(Progress(f"Listing {at.uri}", len(files), None, "files"))
            if len(files) > MOST_FILES:
                raise InputError(
                    f"{at.uri} holds more than {MOST_FILES:,} files.", "Look at one of its folders."
                )
        layout = await self._context.local(discover, files, at.key, pattern)
        if layout is None:
            raise NotFoundError(
                f"The folders below {at.uri} show no partitions.",
                "Hive's name=value and dates are found by themselves; for others write a pattern such as {region}/{year}/{month}.",
            )
        found = table or await self._cases.table_of(at.bucket, at.key or layout.partitions[0].place)
        described, known, why_not = await self._known(found, at, layout)
        have = {partition.values for partition in known}
        here = {partition.values for partition in layout.partitions}
        return PartitionPlan(
            at, layout, len(files), tuple(await self._context.local(oddities, layout)), described,
            tuple(p for p in layout.partitions if p.values not in have), tuple(p for p in known if p.values not in here), why_not,
        )  # fmt: skip

    async def _known(
        self, name: tuple[str, str] | None, at: ObjectAddress, layout: Layout
    ) -> tuple[Table | None, Sequence[Partition], str]:
        if name is None:
            return None, (), "No table of the catalog lies here. Make one of the folder first."
        glue = await self._context.connector("glue")
        table: Table = await self._context.signed_in("glue", glue.table, *name)
        place = parse_address(table.location) if table.location.startswith("s3://") else None
        if place is None or place.bucket != at.bucket or place.key.rstrip("/") != at.key.rstrip("/"):
            return table, (), f"{'.'.join(name)} lies at {table.location}, not here."
        if [c.name for c in table.partition_keys] != [key for key, _ in layout.keys]:
            keys = ", ".join(c.name for c in table.partition_keys) or "no keys"
            return (
                table,
                (),
                f"{'.'.join(name)} is partitioned by {keys}, the folders by {', '.join(k for k, _ in layout.keys)}.",
            )
        if table.parameters.get("projection.enabled", "").lower() == "true":
            return (
                table,
                (),
                f"{'.'.join(name)} computes its partitions (projection): Athena ignores registered ones.",
            )
        page = await self._context.signed_in("glue", glue.partitions, name[0], name[1], MOST_REGISTERED)
        return table, page.partitions, ""

    async def register(
        self, plan: PartitionPlan, progress: ProgressSink, cancel: CancelToken
    ) -> tuple[int, list[str]]:
        """Add the new ones to Glue; returns how many, and what was refused."""
        if plan.table is None or plan.why_not:
            raise InputError(plan.why_not or "There is no table.")
        glue = await self._context.connector("glue")
        left: list[str] = []
        done = 0
        for start in range(0, len(plan.new), 100):
            cancel.raise_if_cancelled()
            batch = [
                Partition(p.values, f"s3://{plan.at.bucket}/{p.place}") for p in plan.new[start : start + 100]
            ]
            refused = await self._context.signed_in(
                "glue", glue.add_partitions, plan.table.database, plan.table.name, batch
            )
            left += [
                f"{'/'.join(values)}: {why}" for values, why in refused if why != "AlreadyExistsException"
            ]
            done += len(batch) - len(refused)
            progress(Progress("Registering", done, len(plan.new), "partitions"))
        await refresh_table(self._context, plan.table.database, plan.table.name)
        return done, left

    def alter_statements(self, plan: PartitionPlan) -> list[str]:
        """The same as statements for Athena, which are free."""
        if plan.table is None:
            return []
        table = (
            f"{quote_ident('athena_ddl', plan.table.database)}.{quote_ident('athena_ddl', plan.table.name)}"
        )
        types = {c.name: c.type for c in plan.table.partition_keys}

        def clause(partition: FoundPartition) -> str:
            pairs = ", ".join(
                f"{quote_ident('athena_ddl', name)} = {integer_or_text(types.get(name, 'string'), value)}"
                for (name, _), value in zip(plan.layout.keys, partition.values, strict=True)
            )
            return f"  PARTITION ({pairs}) LOCATION {quote_text(f's3://{plan.at.bucket}/{partition.place}')}"

        return [
            f"ALTER TABLE {table} ADD IF NOT EXISTS\n"
            + "\n".join(clause(p) for p in plan.new[start : start + ALTER_AT_ONCE])
            for start in range(0, len(plan.new), ALTER_AT_ONCE)
        ]

    def projection(self, plan: PartitionPlan) -> dict[str, str]:
        """The parameters that would make Athena compute them; InputError where no rule fits."""
        return projection(plan.layout, plan.at.bucket)

    async def project(self, plan: PartitionPlan) -> dict[str, str]:
        """Set them on the table; registered partitions stay in Glue, and Athena ignores them from then on."""
        if plan.table is None:
            raise InputError(plan.why_not or "There is no table.")
        parameters = self.projection(plan)
        glue = await self._context.connector("glue")
        await self._context.signed_in(
            "glue", glue.set_parameters, plan.table.database, plan.table.name, parameters
        )
        await refresh_table(self._context, plan.table.database, plan.table.name)
        return parameters

    @staticmethod
    def is_hive(plan: PartitionPlan) -> bool:
        """Whether MSCK REPAIR TABLE and a crawler would find them too."""
        return plan.layout.kind == HIVE
