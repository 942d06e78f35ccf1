"""Writes dataops_desktop/sql/functions_duckdb.py from DuckDB's own tables: run it after raising DuckDB's version."""

from __future__ import annotations

from pathlib import Path

import duckdb

TARGET = Path(__file__).parents[1] / "dataops_desktop/sql/functions_duckdb.py"
HEADER = '''"""Words of DuckDB {version}, from duckdb_functions(), duckdb_keywords() and duckdb_types(). Made by packaging/duckdb_vocabulary.py."""

# ruff: noqa: E501
from __future__ import annotations

'''


def main() -> None:
    """Each function once, with its longest list of parameters."""
    with duckdb.connect() as connection:
        rows = connection.sql(
            "SELECT function_name, parameters, return_type, function_type FROM duckdb_functions() "
            "WHERE function_name SIMILAR TO '[a-z][a-z0-9_]*' AND NOT starts_with(function_name, 'pg_') AND NOT starts_with(function_name, 'pragma_') "
            "AND (NOT internal OR function_type <> 'pragma') ORDER BY ALL"
        ).fetchall()
        keywords = connection.sql(
            "SELECT upper(keyword_name) FROM duckdb_keywords() WHERE keyword_category = 'reserved' ORDER BY ALL"
        ).fetchall()
        types = connection.sql(
            "SELECT DISTINCT lower(logical_type) FROM duckdb_types() WHERE logical_type NOT IN ('NULL', 'TYPE', 'TUPLE') ORDER BY ALL"
        ).fetchall()
    parameters_of: dict[str, list[str]] = {}
    results: dict[str, set[str]] = {}
    for name, parameters, result, kind in rows:
        if kind == "pragma" or name.startswith("__"):
            continue
        if len(parameters) >= len(parameters_of.get(name, [])):
            parameters_of[name] = [p or "x" for p in parameters]
        returns = "table" if kind.startswith("table") else str(result or "value").lower()
        results.setdefault(name, set()).add("T" if returns in {"any", "t"} else returns)
    functions = {
        name: f"{name}({', '.join(parameters)}) → {results[name].pop() if len(results[name]) == 1 else 'T'}"
        for name, parameters in parameters_of.items()
    }
    text = HEADER.format(version=duckdb.__version__)
    text += 'DUCKDB_FUNCTIONS: dict[str, str] = {\n    line.split("(")[0]: line\n    for line in """\\\n'
    text += "\n".join(functions.values()) + '""".splitlines()\n}\n'
    text += (
        'DUCKDB_KEYWORDS: tuple[str, ...] = tuple(\n    """'
        + " ".join(k for (k,) in keywords)
        + '""".split()\n)\n'
    )
    text += (
        'DUCKDB_TYPES: tuple[str, ...] = tuple(\n    """\\\n'
        + "\n".join(t for (t,) in types)
        + '""".splitlines()\n)\n'
    )
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
