"""Nodes, columns, partitions, edges and search in SQLite."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import apsw

from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.catalog import Column, Partition
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.workspace import CatalogChanges, SearchHit, StoredEdge, StoredNode, TableWrite
from dataops_desktop.ontology.nodes import Node, node_hash
from dataops_desktop.storage.database import Database

_NODE = (
    "SELECT n.node_key, n.id, n.source, n.type, n.name, n.properties, p.id, n.description, n.quality, n.quality_parts, "
    "n.created_at, n.updated_at FROM node n LEFT JOIN node p ON p.node_key = n.parent_key "
)


def _stored(row: tuple[Any, ...]) -> StoredNode:
    node = Node.as_stored(row[1], row[2], row[3], row[4], json.loads(row[5]), row[6], row[7])
    return StoredNode(row[0], node, row[8], json.loads(row[9]), row[10], row[11])


class SqliteCatalog:
    """CatalogStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hashes(self, source: str, node_type: str) -> dict[str, tuple[int, str]]:
        """id → (key, content hash)."""
        rows = self._database.read(
            "SELECT id, node_key, content_hash FROM node WHERE source = ? AND type = ? AND deleted_at IS NULL",
            (source, node_type),
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    def apply(self, run_id: int | None, changes: CatalogChanges) -> int:
        """One transaction for everything; returns rows written."""
        if changes.empty:
            return 0
        now = iso_now()
        with self._database.write() as db:
            before = db.total_changes()
            for node in changes.nodes:
                key = self._put_node(db, node, run_id, now, node_hash(node))
                self._index(db, key, node.name, "", node.description)
            for table in changes.tables:
                self._put_table(db, table, run_id, now)
            for edge in changes.edges:
                db.execute(
                    "INSERT OR IGNORE INTO edge SELECT a.node_key, b.node_key, ?, ?, ? FROM node a, node b "
                    "WHERE a.source = ? AND a.id = ? AND b.source = ? AND b.id = ?",
                    (
                        edge.type,
                        edge.origin,
                        now,
                        edge.from_ref.source,
                        edge.from_ref.id,
                        edge.to_ref.source,
                        edge.to_ref.id,
                    ),
                )
            for ref in changes.deleted:
                row = next(
                    db.execute(
                        "SELECT node_key FROM node WHERE source = ? AND id = ? AND deleted_at IS NULL",
                        (ref.source, ref.id),
                    ),
                    None,
                )
                if row is not None:
                    db.execute(
                        "UPDATE node SET deleted_at = ?, sync_run = ? WHERE node_key = ?",
                        (now, run_id, row[0]),
                    )
                    db.execute("DELETE FROM node_search WHERE rowid = ?", (row[0],))
            return db.total_changes() - before

    def _put_node(
        self,
        db: apsw.Connection,
        node: Node,
        run_id: int | None,
        now: str,
        content_hash: str = "",
        quality: int | None = None,
        parts: str = "{}",
    ) -> int:
        parent = None
        if node.parent is not None:
            row = next(
                db.execute(
                    "SELECT node_key FROM node WHERE source = ? AND id = ?", (node.source, node.parent)
                ),
                None,
            )
            parent = row[0] if row else None
        values = (
            node.source, node.id, node.type, node.name, parent, node.description,
            json.dumps(dict(node.properties), ensure_ascii=False, sort_keys=True), content_hash, quality, parts, now, now, run_id,
        )  # fmt: skip
        row = next(
            db.execute(
                "INSERT INTO node (source, id, type, name, parent_key, description, properties, content_hash, quality, quality_parts, "
                "created_at, updated_at, sync_run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (source, id) DO UPDATE SET name = excluded.name, parent_key = excluded.parent_key, "
                "description = excluded.description, properties = excluded.properties, content_hash = excluded.content_hash, "
                "quality = excluded.quality, quality_parts = excluded.quality_parts, updated_at = excluded.updated_at, "
                "deleted_at = NULL, sync_run = excluded.sync_run RETURNING node_key",
                values,
            )
        )
        return int(row[0])

    def _put_table(self, db: apsw.Connection, table: TableWrite, run_id: int | None, now: str) -> None:
        node = table.node
        key = self._put_node(
            db, node, run_id, now, table.content_hash, table.quality, json.dumps(table.quality_parts)
        )
        # What Glue said before about where its data comes from is replaced by the edges of this write.
        db.execute("DELETE FROM edge WHERE to_key = ? AND origin = 'glue'", (key,))
        db.execute("DELETE FROM column_of WHERE table_key = ?", (key,))
        columns = [(key, i, c.name, c.type, c.comment, 0) for i, c in enumerate(table.columns)]
        columns += [
            (key, len(columns) + i, c.name, c.type, c.comment, 1) for i, c in enumerate(table.partition_keys)
        ]
        db.executemany("INSERT INTO column_of VALUES (?, ?, ?, ?, ?, ?)", columns)
        db.execute("DELETE FROM partition_of WHERE table_key = ?", (key,))
        db.executemany(
            "INSERT INTO partition_of VALUES (?, ?, ?, ?, ?, ?)",
            [
                (key, i, json.dumps(p.values, ensure_ascii=False), p.location, p.row_count, p.size_bytes)
                for i, p in enumerate(table.partitions)
            ],
        )
        words = " ".join(
            f"{c.name} {c.comment}" if c.comment else c.name for c in (*table.columns, *table.partition_keys)
        )
        self._index(db, key, node.name, words, node.description)

    @staticmethod
    def _index(db: apsw.Connection, key: int, name: str, columns: str, description: str) -> None:
        db.execute("DELETE FROM node_search WHERE rowid = ?", (key,))
        db.execute(
            "INSERT INTO node_search (rowid, name, columns, description) VALUES (?, ?, ?, ?)",
            (key, name, columns, description),
        )

    def node(self, node_id: str, source: str | None = None) -> StoredNode | None:
        """By id; ambiguous across sources is an InputError."""
        rows = self._database.read(
            _NODE + "WHERE n.id = ? AND n.deleted_at IS NULL" + (" AND n.source = ?" if source else ""),
            (node_id, source) if source else (node_id,),
        )
        if len(rows) > 1:
            known = ", ".join(sorted(row[2] for row in rows))
            raise InputError(
                f"{node_id} exists in more than one account or region ({known}).",
                "Name one of them with --source.",
            )
        return _stored(rows[0]) if rows else None

    def node_by_key(self, key: int) -> StoredNode | None:
        """By local key, deleted ones included."""
        rows = self._database.read(_NODE + "WHERE n.node_key = ?", (key,))
        return _stored(rows[0]) if rows else None

    def children(self, parent_key: int | None, node_type: str | None = None) -> list[StoredNode]:
        """Live nodes below a node, or without a parent."""
        where = "n.parent_key = ?" if parent_key is not None else "n.parent_key IS NULL"
        values: list[Any] = [parent_key] if parent_key is not None else []
        if node_type:
            where += " AND n.type = ?"
            values.append(node_type)
        rows = self._database.read(
            _NODE + f"WHERE {where} AND n.deleted_at IS NULL ORDER BY n.type, n.name", values
        )
        return [_stored(row) for row in rows]

    def names(self, parent_key: int, node_type: str) -> list[tuple[int, str]]:
        """(key, name), by name."""
        return [
            (int(key), str(name))
            for key, name in self._database.read(
                "SELECT node_key, name FROM node WHERE parent_key = ? AND type = ? AND deleted_at IS NULL ORDER BY name",
                (parent_key, node_type),
            )
        ]

    def view_names(self, parent_key: int) -> list[str]:
        """Names of the views of a database."""
        return [
            str(name)
            for (name,) in self._database.read(
                "SELECT name FROM node WHERE parent_key = ? AND deleted_at IS NULL AND properties ->> 'kind' = 'view'",
                (parent_key,),
            )
        ]

    def columns(self, key: int) -> tuple[list[Column], list[Column]]:
        """(columns, partition keys)."""
        rows = self._database.read(
            "SELECT name, type, comment, is_partition_key FROM column_of WHERE table_key = ? ORDER BY position",
            (key,),
        )
        return (
            [Column(*row[:3]) for row in rows if not row[3]],
            [Column(*row[:3]) for row in rows if row[3]],
        )

    def partitions(self, key: int) -> list[Partition]:
        """Stored partitions."""
        rows = self._database.read(
            "SELECT partition_values, location, row_count, size_bytes FROM partition_of WHERE table_key = ? ORDER BY position",
            (key,),
        )
        return [Partition(tuple(json.loads(row[0])), row[1], row[2], row[3]) for row in rows]

    def edges(self, keys: Iterable[int], direction: str) -> list[StoredEdge]:
        """Edges touching the nodes on one side, both ends alive."""
        near = "from_key" if direction == "downstream" else "to_key"
        rows = self._database.read(
            "SELECT e.from_key, e.to_key, e.type, e.origin, e.observed_at FROM edge e "  # noqa: S608 - fixed fragments
            "JOIN node a ON a.node_key = e.from_key AND a.deleted_at IS NULL JOIN node b ON b.node_key = e.to_key AND b.deleted_at IS NULL "
            f"WHERE e.{near} IN (SELECT value FROM json_each(?)) ORDER BY e.from_key, e.to_key, e.type",
            (json.dumps(list(keys)),),
        )
        return [StoredEdge(*row) for row in rows]

    def search(self, text: str, limit: int) -> list[SearchHit]:
        """Every word must start a word of the name, a column or the description; a name beats a column beats prose.

        Ranking by bm25 costs 20–70 ms at one or two letters over 100,000 nodes, so short texts are only filtered.
        """
        words = _parts(text)
        if not words:
            return []
        match = " ".join(f'"{word}"*' for word in words)
        ranked = max(len(word) for word in words) >= 3
        order = "bm25(node_search, 10.0, 3.0, 1.0), length(n.name)" if ranked else "n.node_key"
        rows = self._database.read(
            "SELECT n.node_key, n.id, n.type, n.name, n.source, n.description FROM node_search s JOIN node n ON n.node_key = s.rowid "  # noqa: S608
            f"WHERE node_search MATCH ? AND n.deleted_at IS NULL ORDER BY {order} LIMIT ?",
            (match, limit),
        )
        hits = []
        for key, node_id, kind, name, source, description in rows:
            in_name = all(any(part.startswith(word) for part in _parts(name)) for word in words)
            column = "" if in_name else self._matching_column(key, words)
            hits.append(
                (
                    0 if in_name else 1 if column else 2,
                    SearchHit(key, node_id, kind, name, source, column, description),
                )
            )
        return [hit for _, hit in sorted(hits, key=lambda pair: pair[0])]

    def _matching_column(self, key: int, words: list[str]) -> str:
        """The first column that holds every word in its name, else in its name or comment, else any word in its name."""
        rows = self._database.read(
            "SELECT name, comment FROM column_of WHERE table_key = ? ORDER BY position", (key,)
        )

        def holds(text: str, word: str) -> bool:
            return any(part.startswith(word) for part in _parts(text))

        def best(text_of: Callable[[str, str], str], quantifier: Callable[[Iterable[bool]], bool]) -> str:
            found = (n for n, c in rows if quantifier(holds(text_of(n, c), word) for word in words))
            return str(next(found, ""))

        return best(lambda n, _: n, all) or best(lambda n, c: f"{n} {c}", all) or best(lambda n, _: n, any)

    def counts(self) -> dict[str, int]:
        """Live nodes by type, and columns of live tables."""
        found = dict(
            self._database.read("SELECT type, count(*) FROM node WHERE deleted_at IS NULL GROUP BY type")
        )
        rows = self._database.read(
            "SELECT count(*) FROM column_of c JOIN node n ON n.node_key = c.table_key AND n.deleted_at IS NULL"
        )
        return {**{str(k): int(v) for k, v in found.items()}, "columns": int(rows[0][0])}


def _parts(text: str) -> list[str]:
    """Words as FTS5's unicode61 cuts them: at everything that is not a letter or a digit."""
    return [part for part in re.split(r"[\W_]+", text.lower()) if part]
