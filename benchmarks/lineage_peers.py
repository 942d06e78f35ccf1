"""Runs in the peers' own environment: what sqllineage and openlineage-sql say of the statements on standard input, as one JSON line."""

from __future__ import annotations

import json
import logging
import re
import sys
import warnings

DIALECTS = {"athena": "athena", "spark": "sparksql", "hive": "hive", "snowflake": "snowflake", "duckdb": "duckdb", "databricks": "databricks"}  # fmt: skip
OPEN = {"athena": "generic", "spark": "spark", "hive": "hive", "snowflake": "snowflake", "duckdb": "duckdb", "databricks": "databricks"}  # fmt: skip


def main() -> int:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    asked = json.loads(sys.stdin.read())
    database = asked["database"]
    from openlineage_sql import parse
    from sqllineage.config import SQLLineageConfig
    from sqllineage.core.metadata.dummy import DummyMetaDataProvider
    from sqllineage.runner import LineageRunner

    provider = DummyMetaDataProvider(
        {f"{database}.{table}": list(columns) for table, columns in asked["schema"][database].items()}
    )

    def sqllineage(case: dict[str, str]) -> dict[str, object]:
        # It tells columns of statements that write only: a query is written to a table of its own.
        bare = re.match(
            r"\s*\(?\s*(select|with|from|table|values)\b(?!.*\binsert\b)",
            case["sql"],
            re.IGNORECASE | re.DOTALL,
        )
        sql = f"create table {database}.out_of_query as {case['sql']}" if bare else case["sql"]
        with SQLLineageConfig(DEFAULT_SCHEMA=database, LATERAL_COLUMN_ALIAS_REFERENCE=True):
            runner = LineageRunner(sql, dialect=DIALECTS[case["dialect"]], metadata_provider=provider)
            reads, writes = (
                {str(t).lower() for t in found} for found in (runner.source_tables, runner.target_tables)
            )
            edges = [
                [str(path[0]).lower(), str(path[-1]).lower().replace(f"{database}.out_of_query.", ".")]
                for path in runner.get_column_lineage()
            ]
            return {
                "reads": sorted(reads),
                "writes": sorted(writes - {f"{database}.out_of_query"}),
                "edges": edges,
            }

    def openlineage(case: dict[str, str]) -> dict[str, object]:
        found = parse([case["sql"]], dialect=OPEN[case["dialect"]], default_schema=database)

        def named(table: object) -> str:
            parts = [
                getattr(table, "database", None),
                getattr(table, "schema", None) or database,
                getattr(table, "name", ""),
            ]
            return ".".join(str(part) for part in parts if part).lower()

        target = named(found.out_tables[0]) if found.out_tables else ""
        edges = [
            [f"{named(source.origin)}.{source.name}".lower(), f"{target}.{column.descendant.name}".lower()]
            for column in found.column_lineage
            for source in column.lineage
            if source.origin is not None
        ]
        return {
            "reads": sorted(map(named, found.in_tables)),
            "writes": sorted(map(named, found.out_tables)),
            "edges": edges,
        }

    answers: dict[str, list[dict[str, object]]] = {}
    for name, ask in (("sqllineage", sqllineage), ("openlineage-sql", openlineage)):
        answers[name] = []
        for case in asked["cases"]:
            try:
                answers[name].append(ask(case))
            except BaseException:  # noqa: BLE001 - a statement it does not know, one of them by a panic: nothing said
                answers[name].append({"reads": [], "writes": [], "edges": []})
    print(json.dumps(answers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
