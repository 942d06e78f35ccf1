"""Tags, owners, descriptions, ratings and bookmarks in SQLite: what people say, which no sync overwrites."""

from __future__ import annotations

from collections.abc import Sequence

from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.catalog_store import Annotations, NodeName
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.storage.database import Database

LONGEST_TAG = 64


class SqliteAnnotations:
    """AnnotationStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def annotations(self, key: int) -> Annotations:
        """Of a node and its columns."""
        rows = self._database.read(
            "SELECT column_name, kind, value, note FROM annotation WHERE node_key = ? ORDER BY value", (key,)
        )
        marked = self._database.read("SELECT bookmarked_at FROM node WHERE node_key = ?", (key,))
        tags, column_tags = list[str](), dict[str, list[str]]()
        texts = {"owner": "", "description": ""}
        column_texts: dict[str, str] = {}
        rating, comment = 0, ""
        for column, kind, value, note in rows:
            if kind == "tag":
                (column_tags.setdefault(column, []) if column else tags).append(value)
            elif kind == "rating":
                rating, comment = int(value), note
            elif column:
                column_texts[column] = value
            else:
                texts[kind] = value
        return Annotations(
            tuple(tags),
            texts["owner"],
            texts["description"],
            rating,
            comment,
            bool(marked and marked[0][0]),
            {name: tuple(listed) for name, listed in column_tags.items()},
            column_texts,
        )

    def set_tags(self, key: int, tags: Sequence[str], column: str = "") -> None:
        """Replace them."""
        wanted = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
        for tag in wanted:
            if len(tag) > LONGEST_TAG or not tag.isprintable():
                raise InputError(
                    f"A tag has at most {LONGEST_TAG} printable characters: {tag[:80]!r}", "Shorten it."
                )
        with self._database.write() as db:
            db.execute(
                "DELETE FROM annotation WHERE node_key = ? AND column_name = ? AND kind = 'tag'",
                (key, column),
            )
            db.executemany(
                "INSERT INTO annotation (node_key, column_name, kind, value, at) VALUES (?, ?, 'tag', ?, ?)",
                [(key, column, tag, iso_now()) for tag in wanted],
            )

    def set_text(self, key: int, kind: str, text: str, column: str = "") -> None:
        """`owner` or `description`."""
        if kind not in {"owner", "description"}:
            raise ValueError(kind)
        text = text.strip()
        with self._database.write() as db:
            db.execute(
                "DELETE FROM annotation WHERE node_key = ? AND column_name = ? AND kind = ?", (key, column, kind)
            )  # fmt: skip
            if text:
                db.execute(
                    "INSERT INTO annotation (node_key, column_name, kind, value, at) VALUES (?, ?, ?, ?, ?)",
                    (key, column, kind, text, iso_now()),
                )
            if kind == "owner" and not column:
                db.execute(
                    "UPDATE node SET owner = coalesce(nullif(?, ''), source_owner) WHERE node_key = ?", (text, key)
                )  # fmt: skip

    def rate(self, key: int, stars: int, comment: str = "") -> None:
        """1–5; 0 takes it back."""
        if not 0 <= stars <= 5:
            raise InputError("A rating is 1 to 5 stars.")
        with self._database.write() as db:
            db.execute("DELETE FROM annotation WHERE node_key = ? AND kind = 'rating'", (key,))
            if stars:
                db.execute(
                    "INSERT INTO annotation (node_key, kind, value, note, at) VALUES (?, 'rating', ?, ?, ?)",
                    (key, str(stars), comment.strip(), iso_now()),
                )
            db.execute("UPDATE node SET rating = ? WHERE node_key = ?", (stars, key))

    def bookmark(self, key: int, on: bool) -> None:
        """Mark or unmark."""
        with self._database.write() as db:
            db.execute("UPDATE node SET bookmarked_at = ? WHERE node_key = ?", (iso_now() if on else "", key))

    def bookmarks(self) -> list[NodeName]:
        """Latest first."""
        rows = self._database.read(
            "SELECT node_key, name, type, kind, '', description FROM node WHERE bookmarked_at <> '' AND deleted_at IS NULL ORDER BY bookmarked_at DESC"
        )
        return [NodeName(*row) for row in rows]

    def tags(self) -> list[tuple[str, int]]:
        """People's and sources' tags."""
        rows = self._database.read(
            "SELECT tag, count(DISTINCT node_key) FROM (SELECT value AS tag, node_key FROM annotation WHERE kind = 'tag' "
            "UNION ALL SELECT tag, node_key FROM source_tag) GROUP BY tag ORDER BY 2 DESC, 1"
        )
        return [(str(tag), int(count)) for tag, count in rows]
