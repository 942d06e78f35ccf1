"""SearchTablesByLFTags over moto's tags, and denials for the analyst."""

from __future__ import annotations

import json
from typing import Any

from moto.glue.models import glue_backends
from moto.lakeformation.responses import LakeFormationResponse


class SearchingLakeFormationResponse(LakeFormationResponse):
    """moto's answers, and one more operation."""

    def search_tables_by_lf_tags(self) -> str:
        """Tables whose database, self or columns carry one of the values of every key; at most 100 a page."""
        wanted = {item["TagKey"]: set(item["TagValues"]) for item in self._get_param("Expression")}
        backend = self.lakeformation_backend
        catalog = self._get_param("CatalogId") or self.current_account
        found: list[dict[str, Any]] = []
        for database in glue_backends[self.current_account][self.region].databases.values():
            for table in database.tables.values():
                above = backend.lf_database_tags.get((catalog, database.name), [])
                own = backend.lf_table_tags.get((catalog, database.name, table.name), [])
                columns = [
                    {"Name": column, "LFTags": tags}
                    for (account, holder, name, column), tags in backend.lf_columns_tags.items()
                    if (account, holder, name) == (catalog, database.name, table.name)
                ]
                every = [*above, *own, *(tag for column in columns for tag in column["LFTags"])]
                if all(
                    any(t["TagKey"] == key and values & set(t["TagValues"]) for t in every)
                    for key, values in wanted.items()
                ):
                    found.append(
                        {
                            "Table": {
                                "CatalogId": catalog,
                                "DatabaseName": database.name,
                                "Name": table.name,
                            },
                            "LFTagOnDatabase": above,
                            "LFTagsOnTable": own,
                            "LFTagsOnColumns": columns,
                        }
                    )
        start = int(self._get_param("NextToken") or 0)
        size = min(int(self._get_param("MaxResults") or 100), 100)
        page: dict[str, Any] = {"TableList": found[start : start + size]}
        if start + size < len(found):
            page["NextToken"] = str(start + size)
        return json.dumps(page)
