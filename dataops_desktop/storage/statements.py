"""Statements a person keeps, in folders."""

from __future__ import annotations

from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.workspace import SavedStatement
from dataops_desktop.storage.database import Database

_FIELDS = "statement_id, folder, name, sql, engine, database, updated_at"


def clean_folder(folder: str) -> str:
    """`a/b` without empty parts and outer blanks."""
    return "/".join(part.strip() for part in folder.split("/") if part.strip())


class SqliteStatements:
    """StatementStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def statements(self) -> list[SavedStatement]:
        """All, by folder and name."""
        rows = self._database.read(
            f"SELECT {_FIELDS} FROM saved_statement ORDER BY folder COLLATE NOCASE, name COLLATE NOCASE"  # noqa: S608 - fixed names
        )
        return [SavedStatement(*row) for row in rows]

    def save(self, statement: SavedStatement) -> SavedStatement:
        """Store it; a new one gets its id."""
        name, folder = statement.name.strip(), clean_folder(statement.folder)
        if not name:
            raise InputError("The query has no name.", "Give it one.")
        values = (folder, name, statement.sql, statement.engine, statement.database, iso_now())
        with self._database.write() as db:
            taken = db.execute(
                "SELECT 1 FROM saved_statement WHERE folder = ? AND name = ? AND statement_id <> ?",
                (folder, name, statement.statement_id),
            )
            if list(taken):
                raise InputError(
                    f"There is a query “{name}” in {folder or 'the library'} already.",
                    "Choose another name or folder.",
                )
            statement_id = statement.statement_id
            if statement_id:
                db.execute(
                    "UPDATE saved_statement SET folder = ?, name = ?, sql = ?, engine = ?, database = ?, updated_at = ? WHERE statement_id = ?",
                    (*values, statement_id),
                )
            else:
                db.execute(
                    "INSERT INTO saved_statement (folder, name, sql, engine, database, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
                    values,
                )
                statement_id = db.last_insert_rowid()
        return SavedStatement(statement_id, *values)

    def remove(self, statement_id: int) -> None:
        """Forget one."""
        with self._database.write() as db:
            db.execute("DELETE FROM saved_statement WHERE statement_id = ?", (statement_id,))

    def rename_folder(self, old: str, new: str) -> None:
        """All or none."""
        new = clean_folder(new)
        if new == old or new.startswith(f"{old}/"):
            if new == old:
                return
            raise InputError(f"“{old}” cannot be moved into itself.", "Choose another folder.")
        with self._database.write() as db:
            below = (len(old) + 1, old, len(old) + 1, f"{old}/")
            moved = (
                "SELECT statement_id, trim(? || substr(folder, ?), '/') AS place, name FROM saved_statement "
                "WHERE folder = ? OR substr(folder, 1, ?) = ?"
            )
            taken = db.execute(
                f"SELECT m.place FROM ({moved}) m JOIN saved_statement s ON s.folder = m.place AND s.name = m.name "  # noqa: S608 - fixed text
                "AND s.statement_id <> m.statement_id",
                (new, *below),
            )
            if clash := list(taken):
                raise InputError(
                    f"“{clash[0][0]}” has a query of the same name already.", "Rename one of them first."
                )
            db.execute(
                f"UPDATE saved_statement SET folder = m.place, updated_at = ? FROM ({moved}) m "  # noqa: S608 - fixed text
                "WHERE m.statement_id = saved_statement.statement_id",
                (iso_now(), new, *below),
            )
