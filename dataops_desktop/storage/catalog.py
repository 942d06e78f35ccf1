"""Nodes, columns, partitions, edges and classifications in SQLite; searching is in catalog_search.py."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.catalog import Column, Partition, TableTags
from dataops_desktop.interfaces.catalog_store import (
    CatalogChanges,
    ColumnClass,
    ColumnProfile,
    KnownTable,
    NodeLabel,
    NodeName,
    SearchFilter,
    SearchHit,
    StoredEdge,
    StoredNode,
    TableWarning,
)
from dataops_desktop.interfaces.clock import iso, iso_now, utc_now
from dataops_desktop.ontology.nodes import Node, NodeRef
from dataops_desktop.ontology.quality import STABILITY_DAYS
from dataops_desktop.storage import catalog_write as write
from dataops_desktop.storage.catalog_search import NO_FILTER, CatalogSearch
from dataops_desktop.storage.database import Database

_NODE = (
    "SELECT n.node_key, n.id, n.source, n.type, n.name, n.properties, p.id, n.description, n.quality, n.quality_parts, "
    "n.created_at, n.updated_at, n.deleted_at FROM node n LEFT JOIN node p ON p.node_key = n.parent_key "
)
_NAME = (
    "SELECT node_key, short_name, type, kind, coalesce(properties ->> CASE type WHEN 'glue-database' THEN 'tableCount' ELSE 'storageFormat' END, ''), "
    "description FROM node "
)


def _stored(row: tuple[Any, ...]) -> StoredNode:
    node = Node.as_stored(row[1], row[2], row[3], row[4], json.loads(row[5]), row[6], row[7])
    return StoredNode(row[0], node, row[8], json.loads(row[9]), row[10], row[11], row[12] or "")


def node_name(row: tuple[Any, ...]) -> NodeName:
    """A NodeName from a row of `_NAME`."""
    return NodeName(row[0], row[1], row[2], row[3], str(row[4]), row[5])


class SqliteCatalog:
    """CatalogStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._search = CatalogSearch(database)

    def hashes(self, source: str, node_type: str) -> dict[str, tuple[int, str]]:
        """id → (key, content hash)."""
        rows = self._database.read(
            "SELECT id, node_key, content_hash FROM node WHERE source = ? AND type = ? AND deleted_at IS NULL",
            (source, node_type),
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    def known_tables(self, source: str, database_id: str) -> dict[str, KnownTable]:
        """id → key, content hash and stamp of one database's tables."""
        rows = self._database.read(
            "SELECT n.id, n.node_key, n.content_hash, n.stamp FROM node p JOIN node n ON n.parent_key = p.node_key AND n.type = 'glue-table' "
            "AND n.deleted_at IS NULL WHERE p.source = ? AND p.id = ?",
            (source, database_id),
        )
        return {row[0]: KnownTable(*row[1:]) for row in rows}

    def source_tags(self, source: str) -> dict[tuple[str, str], TableTags]:
        """(database, table) → tags."""
        rows = self._database.read(
            "SELECT p.name, n.short_name, t.column_name, t.tag FROM source_tag t JOIN node n ON n.node_key = t.node_key AND n.deleted_at IS NULL "
            "JOIN node p ON p.node_key = n.parent_key WHERE n.source = ? ORDER BY t.tag",
            (source,),
        )
        own: dict[tuple[str, str], list[str]] = {}
        columns: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
        for database, table, column, tag in rows:
            if column:
                listed = columns.setdefault((database, table), {})
                listed[column] = (*listed.get(column, ()), tag)
            else:
                own.setdefault((database, table), []).append(tag)
        return {name: TableTags(tuple(own.get(name, ())), columns.get(name, {})) for name in {*own, *columns}}

    def apply(self, run_id: int | None, changes: CatalogChanges) -> int:
        """One transaction for everything; returns rows written."""
        if changes.empty:
            return 0
        now = iso_now()
        with self._database.write() as db:
            before = db.total_changes()
            write.put_nodes(db, changes.nodes, run_id, now)
            for table in changes.tables:
                write.put_table(db, table, run_id, now)
            write.clear_edges(db, changes.restated)
            write.put_edges(db, changes.edges, now)
            write.mark_deleted(db, changes.deleted, run_id, now)
            return db.total_changes() - before

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

    def keys_of(self, ids: Sequence[str], source: str) -> dict[str, int]:
        """id → key."""
        rows = self._database.read(
            "SELECT n.id, n.node_key FROM json_each(?1) w CROSS JOIN node n ON n.source IN (?2, 'openlineage') AND n.id = w.value "
            "AND n.deleted_at IS NULL ORDER BY n.source = ?2",
            (json.dumps([str(name) for name in ids]), source),
        )
        return dict(rows)

    def nodes(self, keys: Sequence[int]) -> list[NodeLabel]:
        """Live ones, by key."""
        rows = self._database.read(
            "SELECT n.node_key, n.id, n.source, n.type, n.name, n.kind, coalesce(p.name, '') FROM json_each(?) w JOIN node n ON n.node_key = w.value "
            "LEFT JOIN node p ON p.node_key = n.parent_key WHERE n.deleted_at IS NULL ORDER BY n.node_key",
            (json.dumps(list(keys)),),
        )
        return [NodeLabel(*row) for row in rows]

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

    def page(
        self, parent_key: int | None, node_type: str, after: str, limit: int, source: str = ""
    ) -> list[NodeName]:
        """A page of a tree, by name; `after` is the full name of the last one of the page before."""
        if parent_key is None:  # few: databases of every account
            rows = self._database.read(
                _NAME
                + "WHERE parent_key IS NULL AND type = ? AND deleted_at IS NULL AND name > ? AND (? = '' OR source = ?) ORDER BY name, source LIMIT ?",
                (node_type, after, source, source, limit),
            )
        else:
            rows = self._database.read(
                _NAME
                + "WHERE parent_key = ? AND type = ? AND deleted_at IS NULL AND name > ? ORDER BY name LIMIT ?",
                (parent_key, node_type, after, limit),
            )
        return [node_name(row) for row in rows]

    def view_names(self, parent_key: int) -> list[str]:
        """Names of the views of a database."""
        return [
            str(name)
            for (name,) in self._database.read(
                "SELECT name FROM node WHERE parent_key = ? AND deleted_at IS NULL AND kind = 'view'",
                (parent_key,),
            )
        ]

    def columns(self, key: int) -> tuple[list[Column], list[Column]]:
        """(columns, partition keys)."""
        return write.columns_of(
            self._database.read(
                "SELECT name, type, comment, is_partition_key FROM column_of WHERE table_key = ? ORDER BY position",
                (key,),
            )
        )

    def partitions(self, key: int) -> list[Partition]:
        """Stored partitions."""
        rows = self._database.read(
            "SELECT partition_values, location, row_count, size_bytes FROM partition_of WHERE table_key = ? ORDER BY position",
            (key,),
        )
        return [Partition(tuple(json.loads(row[0])), row[1], row[2], row[3]) for row in rows]

    def set_partitions(self, key: int, partitions: Sequence[Partition]) -> None:
        """All of them, listed on demand."""
        with self._database.write() as db:
            write.put_partitions(db, key, partitions)
            db.execute(
                "UPDATE node SET properties = json_set(properties, '$.partitionCount', ?, '$.partitionsComplete', json('true')) WHERE node_key = ?",
                (len(partitions), key),
            )

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

    def containment(self, key: int, limit: int) -> list[StoredEdge]:
        """Parent, then children by name; its time is when the contained node was first seen."""
        rows = self._database.read(
            "SELECT * FROM (SELECT parent_key, node_key, 'contains', 'glue', created_at FROM node WHERE node_key = ?1 AND parent_key IS NOT NULL) "
            "UNION ALL SELECT * FROM (SELECT parent_key, node_key, 'contains', 'glue', created_at FROM node WHERE parent_key = ?1 "
            "AND deleted_at IS NULL ORDER BY type, name LIMIT ?2)",
            (key, limit),
        )
        return [StoredEdge(*row) for row in rows]

    def search(self, text: str, limit: int, chosen: SearchFilter = NO_FILTER) -> list[SearchHit]:
        """See catalog_search.py."""
        return self._search.search(text, limit, chosen)

    def facets(self, text: str, chosen: SearchFilter = NO_FILTER) -> dict[str, list[tuple[str, int]]]:
        """See catalog_search.py."""
        return self._search.facets(text, chosen)

    def counts(self, source: str | None = None) -> dict[str, int]:
        """Live nodes by type, and columns of live tables; of one account and region, or of all."""
        found = dict(
            self._database.read(
                "SELECT type, count(*) FROM node WHERE deleted_at IS NULL AND (?1 IS NULL OR source = ?1) GROUP BY type",
                (source,),
            )
        )
        rows = self._database.read(
            "SELECT count(*) FROM column_of c JOIN node n ON n.node_key = c.table_key AND n.deleted_at IS NULL WHERE ?1 IS NULL OR n.source = ?1",
            (source,),
        )
        return {**{str(k): int(v) for k, v in found.items()}, "columns": int(rows[0][0])}

    def sources(self) -> list[str]:
        """Accounts and regions that have live databases."""
        rows = self._database.read(
            "SELECT DISTINCT source FROM node WHERE type = 'glue-database' AND deleted_at IS NULL ORDER BY 1"
        )
        return [str(row[0]) for row in rows]

    def warnings(self, key: int) -> list[TableWarning]:
        """What stands now."""
        return [
            TableWarning(*row)
            for row in self._database.read(
                "SELECT cause, message FROM table_warning WHERE table_key = ? AND seen_to = ? ORDER BY cause",
                (key, write.STILL),
            )
        ]

    def classes(self, key: int) -> list[ColumnClass]:
        """By column."""
        return [
            ColumnClass(*row)
            for row in self._database.read(
                "SELECT column_name, kind, confidence, origin, state FROM column_class WHERE table_key = ? ORDER BY column_name, state",
                (key,),
            )
        ]

    def decide_class(self, key: int, column: str, kind: str) -> None:
        """A person's word."""
        with self._database.write() as db:
            db.execute(
                "DELETE FROM column_class WHERE table_key = ? AND column_name = ? AND origin = 'person'", (key, column)
            )  # fmt: skip
            db.execute(
                "UPDATE column_class SET state = iif(kind = ?, 'accepted', 'rejected') WHERE table_key = ? AND column_name = ?",
                (kind, key, column),
            )
            # An empty kind is kept too: it says that somebody looked.
            db.execute(
                "INSERT OR IGNORE INTO column_class VALUES (?, ?, ?, 1.0, 'person', ?)",
                (key, column, kind, "accepted" if kind else "rejected"),
            )

    def propose_classes(self, key: int, classes: Sequence[ColumnClass]) -> None:
        """What values say."""
        with self._database.write() as db:
            write.put_classes(db, key, classes)

    def profiles(self, key: int) -> list[ColumnProfile]:
        """By column."""
        rows = self._database.read(
            "SELECT column_name, rows, null_share, distinct_count, samples, profiled_at FROM column_profile WHERE table_key = ?",
            (key,),
        )
        return [
            ColumnProfile(name, count, nulls, distinct, tuple(json.loads(samples)), at)
            for name, count, nulls, distinct, samples, at in rows
        ]

    def set_profiles(self, key: int, profiles: Sequence[ColumnProfile]) -> None:
        """Replace them."""
        with self._database.write() as db:
            db.execute("DELETE FROM column_profile WHERE table_key = ?", (key,))
            db.executemany(
                "INSERT INTO column_profile VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (key, p.column, p.rows, p.null_share, p.distinct, json.dumps(p.samples, ensure_ascii=False), p.profiled_at)
                    for p in profiles
                ],
            )  # fmt: skip

    def count_use(self, refs: Sequence[NodeRef]) -> None:
        """One more query over each."""
        with self._database.write() as db:
            db.executemany(
                "UPDATE node SET uses = uses + 1 WHERE source = ? AND id = ?",
                [(ref.source, ref.id) for ref in refs],
            )

    def count_uses(self) -> int:
        """From `query_table`."""
        with self._database.write() as db:
            before = db.total_changes()
            db.execute(
                "UPDATE node SET uses = c.number FROM (SELECT name, count(*) AS number FROM query_table GROUP BY name) c "
                "WHERE node.type = 'glue-table' AND node.name = c.name AND node.uses <> c.number"
            )
            return db.total_changes() - before

    def scored(self, after_key: int, limit: int, everything: bool) -> list[dict[str, Any]]:
        """What scores are computed from, a page at a time, by key."""
        since = iso(utc_now() - timedelta(days=STABILITY_DAYS))
        rows = self._database.read(
            "SELECT n.node_key, n.quality, n.quality_parts, n.fresh_at, n.rhythm_s, n.owner, n.description, "
            "(SELECT count(*) FROM table_version v WHERE v.table_key = n.node_key AND v.schema_changed AND v.seen_to > ?1), "
            "(SELECT avg(null_share) FROM column_profile p WHERE p.table_key = n.node_key), "
            "(SELECT count(*) FROM annotation a WHERE a.node_key = n.node_key AND a.column_name = '' AND a.kind = 'description'), "
            "(SELECT count(*) FROM column_of c WHERE c.table_key = n.node_key), "
            "(SELECT count(*) FROM column_of c WHERE c.table_key = n.node_key AND (trim(c.comment) <> '' OR EXISTS (SELECT 1 FROM annotation a "
            "WHERE a.node_key = n.node_key AND a.column_name = c.name AND a.kind = 'description'))) "
            "FROM node n WHERE n.type = 'glue-table' AND n.deleted_at IS NULL AND n.node_key > ?2 AND (?4 OR n.rhythm_s IS NOT NULL OR n.owner <> n.source_owner "
            "OR EXISTS (SELECT 1 FROM table_version v WHERE v.table_key = n.node_key) OR EXISTS (SELECT 1 FROM column_profile p WHERE p.table_key = n.node_key) "
            "OR EXISTS (SELECT 1 FROM annotation a WHERE a.node_key = n.node_key)) ORDER BY n.node_key LIMIT ?3",
            (since, after_key, limit, everything),
        )
        names = (
            "key", "quality", "parts", "fresh_at", "rhythm_s", "owner", "description", "schema_changes", "null_share", "described",
            "columns", "commented",
        )  # fmt: skip
        found = [dict(zip(names, row, strict=True)) for row in rows]
        for record in found:
            record["parts"] = json.loads(record["parts"])
        return found

    def set_scores(
        self,
        scores: Sequence[tuple[int, int, Mapping[str, int]]],
        warnings: Mapping[int, Sequence[TableWarning]],
        causes: Sequence[str],
    ) -> int:
        """New scores, and the warnings of these causes that follow from them; returns rows written."""
        if not scores and not warnings:
            return 0
        now, written = iso_now(), 0
        with self._database.write() as db:
            db.executemany(
                "UPDATE node SET quality = ?, quality_parts = ? WHERE node_key = ?",
                [(quality, json.dumps(dict(parts)), key) for key, quality, parts in scores],
            )
            for key, listed in warnings.items():
                written += write.put_warnings(db, key, listed, now, causes)
        return written + len(scores)
