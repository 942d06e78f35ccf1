"""Writing nodes, tables and edges inside a transaction of the caller: what the sync, queries and imports share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.catalog_store import ColumnClass, TableWarning, TableWrite
from dataops_desktop.ontology.nodes import Edge, Node, NodeRef, node_hash
from dataops_desktop.ontology.snapshots import TableState

_WORD = re.compile(r"[^\W\d_]{4,}")
STILL = "9999"  # the end of a warning that stands
GLUE = "glue"  # origin of edges that a new description of a table replaces
AWAITED = {GLUE, "query", "job", "saved"}  # origins whose edges wait for a table that nobody has seen yet


def name_parts(text: str) -> list[str]:
    """Words as FTS5's unicode61 cuts them: at everything that is not a letter or a digit."""
    return [part for part in re.split(r"[\W_]+", text.lower()) if part]


def put_nodes(db: apsw.Connection, nodes: Iterable[Node], run_id: int | None, now: str) -> None:
    """Plain nodes, new or changed."""
    for node in nodes:
        key = _put_node(db, node, run_id, now, node_hash(node))
        if node.type != "athena-query":  # the history finds them, and their words are no names
            _unindex(db, key)
            _index(db, key, node, "")


def ensure_nodes(db: apsw.Connection, nodes: Iterable[Node], run_id: int | None, now: str) -> None:
    """Nodes that something refers to: made where absent, left alone where known."""
    for node in nodes:
        known = next(
            db.execute("SELECT deleted_at FROM node WHERE source = ? AND id = ?", (node.source, node.id)),
            None,
        )
        if known is None or known[0] is not None:
            put_nodes(db, [node], run_id, now)


def put_table(db: apsw.Connection, table: TableWrite, run_id: int | None, now: str) -> None:
    """A table with everything below it. What it was before is kept as a version."""
    node = table.node
    known = next(
        db.execute(
            "SELECT node_key, content_hash, updated_at, deleted_at FROM node WHERE source = ? AND id = ?",
            (node.source, node.id),
        ),
        None,
    )
    same = known is not None and known[1] == table.content_hash and known[3] is None
    # An empty hash was left by a migration: what the table holds did not change with the format.
    changed_at = known[2] if known is not None and (same or (not known[1] and known[3] is None)) else now
    if known is not None and not same and known[1]:
        _keep_version(db, known[0], known[2], known[3] or now, table, known[3] is not None)
    key = _put_node(db, node, run_id, changed_at, table.content_hash, table)
    ensure_nodes(db, table.related, run_id, now)
    if known is not None:  # of a new table there is nothing to take away, and a first sync has many
        _clear(db, key)
    columns = [(key, i, c.name, c.type, c.comment, 0) for i, c in enumerate(table.columns)]
    columns += [
        (key, len(columns) + i, c.name, c.type, c.comment, 1) for i, c in enumerate(table.partition_keys)
    ]
    db.executemany("INSERT INTO column_of VALUES (?, ?, ?, ?, ?, ?)", columns)
    _insert_partitions(db, key, table.partitions)
    put_edges(db, table.edges, now)
    if known is not None or table.warnings:
        put_warnings(db, key, table.warnings, now)
    if known is not None or table.classes:
        put_classes(db, key, table.classes, {c.name for c in (*table.columns, *table.partition_keys)})
    _put_source_tags(db, key, node.properties.get("lfTags"), node.properties.get("lfColumnTags"))
    words = " ".join(
        f"{c.name} {c.comment}" if c.comment else c.name for c in (*table.columns, *table.partition_keys)
    )
    _index(db, key, node, words)


def _clear(db: apsw.Connection, key: int) -> None:
    """What a new description of a table replaces: also where Glue said before that its data comes from."""
    db.execute("DELETE FROM column_of WHERE table_key = ?", (key,))
    db.execute("DELETE FROM partition_of WHERE table_key = ?", (key,))
    db.execute("DELETE FROM edge WHERE to_key = ? AND origin = ?", (key, GLUE))
    db.execute("DELETE FROM edge_waiting WHERE to_key = ? AND origin = ?", (key, GLUE))
    db.execute("DELETE FROM source_tag WHERE node_key = ?", (key,))
    _unindex(db, key)


def _keep_version(
    db: apsw.Connection, key: int, seen_from: str, seen_to: str, table: TableWrite, was_gone: bool
) -> None:
    before = stored_state(db, key)
    if before is None or seen_to <= seen_from:
        return
    new = [(c.name, c.type) for c in (*table.columns, *table.partition_keys)]
    changed = not was_gone and sorted(c[:2] for c in before.all_columns) != sorted(new)
    db.execute(
        "INSERT OR IGNORE INTO table_version VALUES (?, ?, ?, ?, ?)",
        (key, seen_from, seen_to, int(changed), before.to_bytes()),
    )


def stored_state(db: apsw.Connection, key: int) -> TableState | None:
    """A table as it is stored now."""
    row = next(db.execute("SELECT name, description, properties FROM node WHERE node_key = ?", (key,)), None)
    if row is None:
        return None
    columns = list(
        db.execute(
            "SELECT name, type, comment, is_partition_key FROM column_of WHERE table_key = ? ORDER BY position", (key,)
        )
    )  # fmt: skip
    partitions = db.execute(
        "SELECT partition_values, location, row_count, size_bytes FROM partition_of WHERE table_key = ? ORDER BY position",
        (key,),
    )
    return TableState(
        row[0],
        row[1],
        json.loads(row[2]),
        [c[:3] for c in columns if not c[3]],
        [c[:3] for c in columns if c[3]],
        [(tuple(json.loads(p[0])), p[1], p[2], p[3]) for p in partitions],
    )


def put_partitions(db: apsw.Connection, key: int, partitions: Sequence[Any]) -> None:
    """All partitions of a table, in place of those that were known."""
    db.execute("DELETE FROM partition_of WHERE table_key = ?", (key,))
    _insert_partitions(db, key, partitions)


def _insert_partitions(db: apsw.Connection, key: int, partitions: Sequence[Any]) -> None:
    db.executemany(
        "INSERT INTO partition_of VALUES (?, ?, ?, ?, ?, ?)",
        [
            (key, i, json.dumps(p.values, ensure_ascii=False), p.location, p.row_count, p.size_bytes)
            for i, p in enumerate(partitions)
        ],
    )


def clear_edges(db: apsw.Connection, refs: Iterable[NodeRef]) -> None:
    """All that flows into and out of some nodes."""
    for ref in refs:
        for row in list(db.execute("SELECT node_key FROM node WHERE source = ? AND id = ?", (ref.source, ref.id))):  # fmt: skip
            db.execute("DELETE FROM edge WHERE from_key = ?", row)
            db.execute("DELETE FROM edge WHERE to_key = ?", row)
            db.execute("DELETE FROM edge_waiting WHERE to_key = ?", row)


def put_edges(db: apsw.Connection, edges: Iterable[Edge], now: str) -> None:
    """Edges between known nodes; one whose origin nobody has seen yet waits for it."""
    for edge in edges:
        ends = (edge.from_ref.source, edge.from_ref.id, edge.to_ref.source, edge.to_ref.id)
        db.execute(
            "INSERT OR IGNORE INTO edge SELECT a.node_key, b.node_key, ?, ?, ? FROM node a, node b "
            "WHERE a.source = ? AND a.id = ? AND b.source = ? AND b.id = ?",
            (edge.type, edge.origin, now, *ends),
        )
        if edge.origin in AWAITED:
            db.execute(
                "INSERT OR IGNORE INTO edge_waiting SELECT ?1, ?2, b.node_key, ?5, ?6 FROM node b WHERE b.source = ?3 AND b.id = ?4 "
                "AND NOT EXISTS (SELECT 1 FROM node a WHERE a.source = ?1 AND a.id = ?2)",
                (*ends, edge.type, edge.origin),
            )


def put_warnings(
    db: apsw.Connection, key: int, warnings: Sequence[TableWarning], now: str, causes: Sequence[str] = ()
) -> int:
    """The warnings that stand from now on; with `causes` only these kinds are looked at. Returns rows written."""
    wanted = {warning.cause: warning.message for warning in warnings}
    standing = {
        cause: (seen_from, message)
        for cause, seen_from, message in db.execute(
            "SELECT cause, seen_from, message FROM table_warning WHERE table_key = ? AND seen_to = ?", (key, STILL)
        )
        if not causes or cause in causes
    }  # fmt: skip
    written = 0
    for cause, (seen_from, message) in standing.items():
        if wanted.get(cause) != message:
            db.execute(
                "UPDATE table_warning SET seen_to = ? WHERE table_key = ? AND cause = ? AND seen_from = ?",
                (now, key, cause, seen_from),
            )
            written += 1
    for cause, message in wanted.items():
        if cause not in standing or standing[cause][1] != message:
            db.execute(
                "INSERT OR REPLACE INTO table_warning VALUES (?, ?, ?, ?, ?)",
                (key, cause, now, STILL, message),
            )
            written += 1
    return written


def put_classes(
    db: apsw.Connection, key: int, classes: Sequence[ColumnClass], columns: set[str] | None = None
) -> None:
    """Proposals; a column a person decided on keeps their word, one that is gone loses its proposals."""
    known = list(
        db.execute("SELECT column_name, origin, state FROM column_class WHERE table_key = ?", (key,))
    )
    decided = {name for name, origin, state in known if origin == "person" or state != "proposed"}
    replaced = {item.column for item in classes} if columns is None else {name for name, _, _ in known}
    db.executemany(
        "DELETE FROM column_class WHERE table_key = ? AND column_name = ? AND state = 'proposed' AND (?3 OR origin = 'name')",
        [(key, name, columns is None or name not in columns) for name in replaced if name not in decided],
    )
    # What values said outweighs what a name says.
    db.executemany(
        "INSERT INTO column_class SELECT ?1, ?2, ?3, ?4, ?5, 'proposed' WHERE NOT EXISTS "
        "(SELECT 1 FROM column_class WHERE table_key = ?1 AND column_name = ?2)",
        [(key, c.column, c.kind, c.confidence, c.origin) for c in classes if c.column not in decided],
    )


def _put_source_tags(db: apsw.Connection, key: int, tags: Any, column_tags: Any) -> None:
    rows = [(key, "", tag) for tag in tags or ()]
    rows += [(key, column, tag) for column, listed in (column_tags or {}).items() for tag in listed]
    db.executemany("INSERT OR IGNORE INTO source_tag VALUES (?, ?, ?)", rows)


def mark_deleted(db: apsw.Connection, refs: Iterable[NodeRef], run_id: int | None, now: str) -> None:
    """Nodes that are gone; kept, so that lineage, history and the time machine can still name them."""
    for ref in refs:
        row = next(
            db.execute(
                "SELECT node_key FROM node WHERE source = ? AND id = ? AND deleted_at IS NULL", (ref.source, ref.id)
            ),
            None,
        )  # fmt: skip
        if row is None:
            continue
        db.execute("UPDATE node SET deleted_at = ?, sync_run = ? WHERE node_key = ?", (now, run_id, row[0]))
        _unindex(db, row[0])
        put_warnings(db, row[0], (), now)


def _put_node(
    db: apsw.Connection,
    node: Node,
    run_id: int | None,
    now: str,
    content_hash: str,
    table: TableWrite | None = None,
) -> int:
    parent = None
    if node.parent is not None:
        row = next(
            db.execute("SELECT node_key FROM node WHERE source = ? AND id = ?", (node.source, node.parent)),
            None,
        )
        parent = row[0] if row else None
    properties = node.properties
    owner = str(properties.get("owner") or "")
    row = next(
        db.execute(
            "INSERT INTO node (source, id, type, name, parent_key, description, properties, content_hash, quality, quality_parts, "
            "created_at, updated_at, sync_run, short_name, kind, source_owner, owner, stamp, fresh_at, rhythm_s) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12, ?13, ?14, ?15, ?15, ?16, ?17, ?18) "
            "ON CONFLICT (source, id) DO UPDATE SET name = excluded.name, parent_key = excluded.parent_key, "
            "description = excluded.description, properties = excluded.properties, content_hash = excluded.content_hash, "
            "quality = excluded.quality, quality_parts = excluded.quality_parts, updated_at = excluded.updated_at, "
            "deleted_at = NULL, sync_run = excluded.sync_run, short_name = excluded.short_name, kind = excluded.kind, "
            "owner = CASE WHEN node.owner = node.source_owner THEN excluded.owner ELSE node.owner END, "
            "source_owner = excluded.source_owner, stamp = excluded.stamp, fresh_at = excluded.fresh_at, rhythm_s = excluded.rhythm_s "
            "RETURNING node_key",
            (
                node.source, node.id, node.type, node.name, parent, node.description,
                json.dumps(dict(properties), ensure_ascii=False, sort_keys=True), content_hash,
                table.quality if table else None, json.dumps(dict(table.quality_parts)) if table else "{}", now, run_id,
                str(properties.get("tableName") or node.name), str(properties.get("kind") or ""), owner,
                table.stamp if table else "", table.fresh_at if table else "", table.rhythm_s if table else None,
            ),
        )
    )  # fmt: skip
    key = int(row[0])
    db.execute(
        "INSERT OR IGNORE INTO edge SELECT ?1, to_key, type, origin, ?2 FROM edge_waiting WHERE from_source = ?3 AND from_id = ?4",
        (key, now, node.source, node.id),
    )
    db.execute("DELETE FROM edge_waiting WHERE from_source = ? AND from_id = ?", (node.source, node.id))
    return key


def _unindex(db: apsw.Connection, key: int) -> None:
    db.execute("DELETE FROM node_search WHERE rowid = ?", (key,))
    db.execute("DELETE FROM node_name WHERE rowid = ?", (key,))


def _index(db: apsw.Connection, key: int, node: Node, columns: str) -> None:
    short = str(node.properties.get("tableName") or node.name)
    db.execute(
        "INSERT INTO node_search (rowid, name, columns, description) VALUES (?, ?, ?, ?)",
        (key, node.name, columns, node.description),
    )
    db.execute("INSERT INTO node_name (rowid, name) VALUES (?, ?)", (key, short))
    found = {word for word in _WORD.findall(f"{short} {columns}".lower()) if len(word) <= 40}
    db.executemany("INSERT OR IGNORE INTO name_word (word) VALUES (?)", [(word,) for word in found])


def columns_of(rows: Iterable[tuple[Any, ...]]) -> tuple[list[Column], list[Column]]:
    """(columns, partition keys) from rows of name, type, comment, is_partition_key."""
    listed = list(rows)
    return [Column(*r[:3]) for r in listed if not r[3]], [Column(*r[:3]) for r in listed if r[3]]
