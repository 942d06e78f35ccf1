"""Lake Formation tags of tables: ListLFTags, then one SearchTablesByLFTags a key.

GetResourceLFTags answers for one table a call; searching by every value of a key finds all tables that have the key, a hundred a page.
Facts (API reference): ListLFTags ≤ 1000 a page; SearchTablesByLFTags gives LFTagOnDatabase, LFTagsOnTable and LFTagsOnColumns.
"""

from __future__ import annotations

from typing import Any

from dataops_desktop.aws.pages import pages
from dataops_desktop.interfaces.catalog import TableTags

PAGE = 100


def tagged_tables(client: Any) -> dict[tuple[str, str], TableTags]:
    """(database, table) → its tags, inherited ones included."""
    found: dict[tuple[str, str], tuple[set[str], dict[str, set[str]]]] = {}
    for key, values in _keys(client):
        expression = [{"TagKey": key, "TagValues": values}]
        for page in pages(
            client.search_tables_by_lf_tags, "lakeformation", "SearchTablesByLFTags", "TableList", Expression=expression, MaxResults=PAGE
        ):  # fmt: skip
            for item in page:
                table = item.get("Table") or {}
                name = (str(table.get("DatabaseName") or ""), str(table.get("Name") or ""))
                tags, columns = found.setdefault(name, (set(), {}))
                tags.update(_texts(item.get("LFTagOnDatabase")), _texts(item.get("LFTagsOnTable")))
                for column in item.get("LFTagsOnColumns") or ():
                    columns.setdefault(str(column.get("Name")), set()).update(_texts(column.get("LFTags")))
    return {
        name: TableTags(
            tuple(sorted(tags)), {column: tuple(sorted(listed)) for column, listed in columns.items()}
        )
        for name, (tags, columns) in found.items()
    }


def _keys(client: Any) -> list[tuple[str, list[str]]]:
    return [
        (str(item["TagKey"]), [str(value) for value in item.get("TagValues") or ()])
        for page in pages(client.list_lf_tags, "lakeformation", "ListLFTags", "LFTags", MaxResults=PAGE)
        for item in page
    ]


def _texts(tags: Any) -> set[str]:
    return {f"{tag['TagKey']}={value}" for tag in tags or () for value in tag.get("TagValues") or ()}
