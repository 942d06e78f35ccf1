"""Column lineage of SQL: which columns of which tables end where, and by what use.

`script.lineage` takes a text apart; `statements` know what each kind writes; `queries` follow columns through scopes, `values` through
expressions; `relations` is what stands in a FROM clause, `made_tables` what such a clause makes itself; `names` folds names and looks up schemas;
`model` is what comes out.
"""

from dataops_desktop.sql.column_lineage.model import (
    ColumnEdge,
    Lineage,
    LineageWarning,
    StatementLineage,
    TableName,
)
from dataops_desktop.sql.column_lineage.script import lineage

__all__ = ["ColumnEdge", "Lineage", "LineageWarning", "StatementLineage", "TableName", "lineage"]
