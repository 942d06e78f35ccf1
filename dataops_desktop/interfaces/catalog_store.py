"""The local ontology as actions see it: nodes, columns, edges, search, snapshots and what people say about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dataops_desktop.interfaces.catalog import Column, Partition, TableTags
from dataops_desktop.ontology.nodes import Edge, Node, NodeRef
from dataops_desktop.ontology.snapshots import TableChange, TableState


@dataclass(frozen=True)
class StoredNode:
    """A node as stored; `key` is local to this workspace. Times are ISO 8601 UTC; `updated_at` is when its content last changed.

    `quality_parts` are shares in percent of the parts that apply (ontology/quality.py).
    """

    key: int
    node: Node
    quality: int | None = None
    quality_parts: dict[str, int] = field(default_factory=dict)
    created_at: str = ""
    updated_at: str = ""
    deleted_at: str = ""


@dataclass(frozen=True)
class NodeName:
    """A node for a tree: no properties are read. `kind` is table, view or link; `detail` a format or a count."""

    key: int
    name: str
    type: str
    kind: str = ""
    detail: str = ""
    description: str = ""


@dataclass(frozen=True)
class StoredEdge:
    """An edge between stored nodes."""

    from_key: int
    to_key: int
    type: str
    origin: str
    observed_at: str


@dataclass(frozen=True)
class SearchFilter:
    """Facets a find must have; empty fields leave all. `quality` and `rating` are least values, `fresh_since` an ISO time."""

    type: str = ""
    source: str = ""
    service: str = ""  # the domain: `AWS Glue`
    database: str = ""
    tag: str = ""
    classification: str = ""
    owner: str = ""
    quality: int | None = None
    rating: int | None = None
    fresh_since: str = ""
    bookmarked: bool = False

    @property
    def empty(self) -> bool:
        """Whether it leaves everything."""
        return self == SearchFilter()


@dataclass(frozen=True)
class SearchHit:
    """One find. `column` is set when a column matched rather than the table's own name; `spans` mark what matched in
    `name` (or in `column` where that is set), `corrected` the words that were taken for a typed one.
    """

    key: int
    id: str
    type: str
    name: str
    source: str
    column: str = ""
    description: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    quality: int | None = None
    rating: float | None = None
    uses: int = 0
    corrected: str = ""


@dataclass(frozen=True)
class TableWarning:
    """Something odd about a table. `cause` is a key of ontology/warnings.py, for grouping."""

    cause: str
    message: str


@dataclass(frozen=True)
class ColumnClass:
    """What a column is taken to hold. `confidence` 0–1; `origin` is name, values or person; `state` proposed, accepted or rejected."""

    column: str
    kind: str
    confidence: float
    origin: str = "name"
    state: str = "proposed"


@dataclass(frozen=True)
class TableWrite:
    """A table to be stored: its node, columns, partitions, edges into it, and what else must exist for these.

    `stamp` tells without comparing content that the source has not touched it (version and update time).
    `fresh_at` is when data last arrived and `rhythm_s` how often it does, where known.
    """

    node: Node
    columns: Sequence[Column]
    partition_keys: Sequence[Column]
    partitions: Sequence[Partition]
    partitions_complete: bool
    content_hash: str
    quality: int | None
    quality_parts: Mapping[str, int]
    stamp: str = ""
    warnings: Sequence[TableWarning] = ()
    classes: Sequence[ColumnClass] = ()
    edges: Sequence[Edge] = ()
    related: Sequence[Node] = ()
    fresh_at: str = ""
    rhythm_s: int | None = None


@dataclass(frozen=True)
class NodeLabel:
    """Of a live node, what is needed to show and to group it. `database` is the name of what contains it; `kind` table, view, link or empty."""

    key: int
    id: str
    source: str
    type: str
    name: str
    kind: str
    database: str


@dataclass(frozen=True)
class CatalogChanges:
    """Changes applied in one transaction."""

    nodes: Sequence[Node] = ()
    tables: Sequence[TableWrite] = ()
    edges: Sequence[Edge] = ()
    deleted: Sequence[NodeRef] = ()
    restated: Sequence[
        NodeRef
    ] = ()  # processes: `edges` stand in place of all that was known to flow through them

    @property
    def empty(self) -> bool:
        """Whether applying it would write nothing."""
        return not (self.nodes or self.tables or self.edges or self.deleted or self.restated)


@dataclass(frozen=True)
class KnownTable:
    """What a sync must know of a stored table to tell whether it changed."""

    key: int
    content_hash: str
    stamp: str


@dataclass(frozen=True)
class ColumnProfile:
    """What sampled rows say of a column: shares 0–1 of the sampled rows; `samples` are a few values as text."""

    column: str
    rows: int
    null_share: float
    distinct: int
    samples: tuple[str, ...] = ()
    profiled_at: str = ""


@dataclass(frozen=True)
class Annotations:
    """What people say about a node, and about its columns. Rating 0 is none."""

    tags: tuple[str, ...] = ()
    owner: str = ""
    description: str = ""
    rating: int = 0
    rating_comment: str = ""
    bookmarked: bool = False
    column_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    column_descriptions: Mapping[str, str] = field(default_factory=dict)


class CatalogStore(Protocol):
    """Nodes, edges, columns, search."""

    def hashes(self, source: str, node_type: str) -> dict[str, tuple[int, str]]:
        """id → (key, content hash) of every live node of a type, for comparing without reading properties."""

    def known_tables(self, source: str, database_id: str) -> dict[str, KnownTable]:
        """id → what is stored of each live table of one database."""

    def source_tags(self, source: str) -> dict[tuple[str, str], TableTags]:
        """(database, table) → governance tags as they were last read."""

    def apply(self, run_id: int | None, changes: CatalogChanges) -> int:
        """Write all of it or none; returns the number of rows written. Nothing at all for empty changes."""

    def node(self, node_id: str, source: str | None = None) -> StoredNode | None:
        """By the specification's id; None when absent; InputError when two sources have it and none is named."""

    def keys_of(self, ids: Sequence[str], source: str) -> dict[str, int]:
        """id → key of live nodes of an account and region, and of what other programs told."""

    def nodes(self, keys: Sequence[int]) -> list[NodeLabel]:
        """Those that are live, by key."""

    def node_by_key(self, key: int) -> StoredNode | None:
        """By local key."""

    def children(self, parent_key: int | None, node_type: str | None = None) -> list[StoredNode]:
        """Live nodes below a node, or roots, by name."""

    def names(self, parent_key: int, node_type: str) -> list[tuple[int, str]]:
        """(key, name) of live nodes below a node, by name: for tens of thousands, without their properties."""

    def page(
        self, parent_key: int | None, node_type: str, after: str, limit: int, source: str = ""
    ) -> list[NodeName]:
        """Live nodes below a node (or roots, of one source) by full name, those after one: a page of a tree."""

    def view_names(self, parent_key: int) -> list[str]:
        """Names of a database's views."""

    def columns(self, key: int) -> tuple[list[Column], list[Column]]:
        """(columns, partition keys) of a table."""

    def partitions(self, key: int) -> list[Partition]:
        """Stored partitions, in order."""

    def set_partitions(self, key: int, partitions: Sequence[Partition]) -> None:
        """Every partition of a table, listed on demand."""

    def edges(self, keys: Iterable[int], direction: str) -> list[StoredEdge]:
        """Edges from (`downstream`) or to (`upstream`) any of the nodes."""

    def containment(self, key: int, limit: int) -> list[StoredEdge]:
        """`contains` edges of a node: from what holds it, and to the first of what it holds. They are kept as the parent of each node."""

    def search(self, text: str, limit: int, chosen: SearchFilter = ...) -> list[SearchHit]:
        """Best first; words that start a word of a name, column, comment or description; near misses where few match."""

    def facets(self, text: str, chosen: SearchFilter = ...) -> dict[str, list[tuple[str, int]]]:
        """facet → (value, count) over the finds, most first; counts stop at a bound (catalog_search.FACET_ROWS)."""

    def counts(self, source: str | None = None) -> dict[str, int]:
        """Live nodes by type, and `columns`."""

    def sources(self) -> list[str]:
        """Accounts and regions that have live nodes."""

    def warnings(self, key: int) -> list[TableWarning]:
        """What is odd about a table now."""

    def classes(self, key: int) -> list[ColumnClass]:
        """Classifications of a table's columns, rejected ones included."""

    def decide_class(self, key: int, column: str, kind: str) -> None:
        """A person's word on a column: `kind`, or empty for none of them. Never overwritten by a proposal."""

    def propose_classes(self, key: int, classes: Sequence[ColumnClass]) -> None:
        """What sampled values suggest; a person's word stays."""

    def profiles(self, key: int) -> list[ColumnProfile]:
        """Column profiles of a table."""

    def set_profiles(self, key: int, profiles: Sequence[ColumnProfile]) -> None:
        """New profiles of a table's columns."""

    def count_use(self, refs: Sequence[NodeRef]) -> None:
        """Nodes a query used."""

    def count_uses(self) -> int:
        """Queries over each table from the whole history, imported ones too; returns how many tables changed."""

    def scored(self, after_key: int, limit: int, everything: bool) -> list[dict[str, Any]]:
        """What scores are computed from, by key, a page at a time; not `everything`: only what time or people can change."""

    def set_scores(
        self,
        scores: Sequence[tuple[int, int, Mapping[str, int]]],
        warnings: Mapping[int, Sequence[TableWarning]],
        causes: Sequence[str],
    ) -> int:
        """(key, quality, parts) of tables whose score changed, and by key the warnings of `causes` that stand now; returns rows written."""


class SnapshotStore(Protocol):
    """The catalog as it was at any moment: what changed is kept."""

    def stored(self, key: int) -> TableState | None:
        """A table as it is stored now, None where it is not."""

    def state_at(self, key: int, moment: str) -> TableState | None:
        """A table as it was, None where it was not there."""

    def versions(self, key: int) -> list[tuple[str, str, TableState]]:
        """(from, to, state) of a table's past, newest first; `to` is empty for what still holds."""

    def changes_between(self, before: str, after: str, source: str | None = None) -> Iterable[TableChange]:
        """Every table that differs between two moments, by name."""

    def tables_at(self, moment: str, source: str | None = None) -> int:
        """How many tables there were."""


class AnnotationStore(Protocol):
    """Tags, owners, descriptions, ratings and bookmarks."""

    def annotations(self, key: int) -> Annotations:
        """Of one node and its columns."""

    def set_tags(self, key: int, tags: Sequence[str], column: str = "") -> None:
        """Replace the tags of a node or of one of its columns."""

    def set_text(self, key: int, kind: str, text: str, column: str = "") -> None:
        """`owner` or `description`; empty removes it."""

    def rate(self, key: int, stars: int, comment: str = "") -> None:
        """1–5, 0 takes it back."""

    def bookmark(self, key: int, on: bool) -> None:
        """Mark a node to find it again."""

    def bookmarks(self) -> list[NodeName]:
        """Marked nodes, latest first."""

    def tags(self) -> list[tuple[str, int]]:
        """Every tag with how many nodes have it."""
