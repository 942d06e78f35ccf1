"""moto's Athena backend with executions that run, idempotent starts and prepared statements that are used."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

from moto.athena.models import AthenaBackend, athena_backends
from moto.glue.models import glue_backends

from dataops_desktop.sandbox.athena.execution import Execution
from dataops_desktop.sandbox.athena.statement import classify
from dataops_desktop.sandbox.permissions import PERMISSIONS


class PreparedStatements:
    """Prepared statements by (workgroup, name), shared by the API and by PREPARE."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], str] = {}

    @staticmethod
    def _key(name: str, workgroup: Any) -> tuple[str, str]:
        return (workgroup.name if workgroup else "primary", name)

    def get(self, name: str, workgroup: Any) -> str | None:
        """The statement's text, or None."""
        return self._texts.get(self._key(name, workgroup))

    def put(self, name: str, workgroup: Any, sql: str) -> None:
        """Create or replace."""
        self._texts[self._key(name, workgroup)] = sql

    def names(self, workgroup: Any) -> list[str]:
        """Every name of a workgroup."""
        group = workgroup.name if workgroup else "primary"
        return sorted(name for owner, name in self._texts if owner == group)

    def remove(self, name: str, workgroup: Any) -> None:
        """Forget it, if it was there."""
        self._texts.pop(self._key(name, workgroup), None)


class DuckAthenaBackend(AthenaBackend):
    """Runs up to four queries at a time; the rest wait QUEUED."""

    _pool: ClassVar[ThreadPoolExecutor] = ThreadPoolExecutor(4, thread_name_prefix="athena")

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.prepared = PreparedStatements()
        self.tokens: dict[str, tuple[str, str]] = {}
        self.assignments: dict[str, list[str]] = {}  # capacity reservation → workgroups

    @property
    def _url_module(self) -> Any:
        from dataops_desktop.sandbox.athena import urls

        return urls

    def start(self, request: dict[str, Any]) -> str:
        """Queue one query; the same ClientRequestToken with the same text answers the same execution."""
        sql, token = request["QueryString"], request.get("ClientRequestToken")
        if token and token in self.tokens:
            known, text = self.tokens[token]
            if text != sql:
                raise ValueError("Idempotent parameters do not match")
            return known
        execution = Execution(
            classify(sql),
            glue_backends[self.account_id][self.region_name],
            database=((request.get("QueryExecutionContext") or {}).get("Database") or "default").lower(),
            workgroup=self.work_groups.get(request.get("WorkGroup") or "primary"),
            configuration=request.get("ResultConfiguration") or {},
            parameters=request.get("ExecutionParameters"),
            prepared=self.prepared,
            denied=PERMISSIONS.denied,
            reuse=request.get("ResultReuseConfiguration"),
        )
        if request.get("Catalog"):
            execution.context["Catalog"] = request["Catalog"]
        execution.dpu_count = 4.0 if execution.group_name in self.reserved_groups() else 0.0
        earlier = self._reusable(execution)
        self.executions[execution.id] = execution
        if token:
            self.tokens[token] = (execution.id, sql)
        if earlier is not None:
            execution.answer_from(earlier)
        else:
            self._pool.submit(execution.run)
        return execution.id

    def _reusable(self, wanted: Execution) -> Execution | None:
        """The newest equal query whose result is young enough, where the request allows that."""
        rule = (wanted.reuse or {}).get("ResultReuseByAgeConfiguration") or {}
        if not rule.get("Enabled") or wanted.statement.kind != "select":
            return None
        oldest = time.time() - 60 * int(rule.get("MaxAgeInMinutes", 60))
        for known in reversed(self.executions.values()):
            if (
                known.status == "SUCCEEDED"
                and known.finished >= oldest
                and (known.query, known.context, known.group_name, known.execution_parameters)
                == (wanted.query, wanted.context, wanted.group_name, wanted.execution_parameters)
                and not known.reused
            ):
                return known
        return None

    def reserved_groups(self) -> set[str]:
        """Workgroups assigned to a capacity reservation."""
        return {group for groups in self.assignments.values() for group in groups}


def install() -> None:
    """Put this backend in moto's place; call once, before the first request."""
    athena_backends.backend = DuckAthenaBackend
    athena_backends.clear()
