"""Which partitions a condition leaves, decided by DuckDB in memory over the partitions' own values."""

from __future__ import annotations

from collections.abc import Sequence

HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
_TYPES = {
    "tinyint": "TINYINT", "smallint": "SMALLINT", "int": "INTEGER", "integer": "INTEGER", "bigint": "BIGINT", "double": "DOUBLE", "float": "FLOAT",
    "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN",
}  # fmt: skip


def kept_partitions(
    predicate: str, keys: Sequence[tuple[str, str]], values: Sequence[Sequence[str]]
) -> tuple[list[int], bool]:
    """(indexes of the partitions that may hold wanted rows, whether the condition was understood).

    A partition is dropped only where the condition is certainly false or NULL. A condition DuckDB cannot run keeps them all.
    """
    everything = list(range(len(values)))
    if not predicate or not values:
        return everything, True
    import duckdb
    import pyarrow as pa

    names = [name.lower() for name, _ in keys]
    try:
        with duckdb.connect(config={"enable_external_access": "false", "threads": "1"}) as connection:
            table = pa.table(
                {
                    "#": pa.array(everything, pa.int64()),
                    **{
                        name: pa.array([_value(row, index) for row in values], pa.string())
                        for index, name in enumerate(names)
                    },
                }
            )
            connection.register("listed", table)
            columns = ", ".join(
                f"TRY_CAST({_quoted(name)} AS {_type(kind)}) AS {_quoted(name)}"
                for name, (_, kind) in zip(names, keys, strict=True)
            )
            rows = connection.execute(
                f'SELECT "#" FROM (SELECT "#", {columns} FROM listed) WHERE {predicate} ORDER BY 1'  # noqa: S608 - from the parser's tree
            ).fetchall()
    except duckdb.Error:
        return everything, False
    return [row[0] for row in rows], True


def _value(row: Sequence[str], index: int) -> str | None:
    value = row[index] if index < len(row) else None
    return None if value == HIVE_NULL else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _type(kind: str) -> str:
    kind = kind.lower()
    return kind.upper() if kind.startswith("decimal(") else _TYPES.get(kind, "VARCHAR")
