"""Splitting, completion and lineage of SQL text: pure Python, no I/O."""

from dataops_desktop.sql.completion import Completion, CompletionCatalog, complete
from dataops_desktop.sql.split import Statement, split_statements, statement_at

__all__ = ["Completion", "CompletionCatalog", "Statement", "complete", "split_statements", "statement_at"]
