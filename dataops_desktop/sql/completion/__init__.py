"""Completion of SQL from the local catalog alone: pure, fast, and silent about texts it does not understand.

`tokens` reads the unfinished statement, `scope` tells what a place can see, `expected` what may stand there, `proposals`
writes and ranks it. `complete` never raises, whatever the text and the offset.
"""

from dataops_desktop.sql.completion.proposals import LIMIT, Completion, complete
from dataops_desktop.sql.completion.scope import CompletionCatalog

__all__ = ["LIMIT", "Completion", "CompletionCatalog", "complete"]
