"""Athena's API over the executions: shapes follow botocore's model, errors are Athena's own."""

from __future__ import annotations

import time
from typing import Any

from moto.athena.responses import AthenaResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.glue.models import glue_backends
from moto.s3.models import s3_backends

from dataops_desktop.sandbox.athena.execution import Execution
from dataops_desktop.sandbox.athena.failures import MalformedQueryError

ENGINE = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
ROW_BYTES_LIMIT = 1000


class InvalidRequestException(ServiceException):
    """HTTP 400, as botocore's model says."""

    code = "InvalidRequestException"


class MetadataException(ServiceException):
    """A catalog object that is not there."""

    code = "MetadataException"


class ResourceNotFoundException(ServiceException):
    """A prepared statement that is not there."""

    code = "ResourceNotFoundException"


class DuckAthenaResponse(AthenaResponse):
    """Operations moto lacks or fakes; everything else is moto's."""

    def _execution(self, execution_id: Any = None) -> Execution:
        wanted = execution_id or self._get_param("QueryExecutionId")
        found = self.athena_backend.executions.get(wanted)
        if found is None:
            raise InvalidRequestException(f"QueryExecution {wanted} was not found")
        return found

    def start_query_execution(self) -> ActionResult:
        """Checks Athena makes before it queues: workgroup, output location, grammar."""
        name = self._get_param("WorkGroup") or "primary"
        group = self.athena_backend.work_groups.get(name)
        if group is None:
            raise InvalidRequestException(f"WorkGroup {name} is not found.")
        request = {
            key: self._get_param(key)
            for key in (
                "QueryString", "ClientRequestToken", "QueryExecutionContext", "ResultConfiguration",
                "WorkGroup", "ExecutionParameters", "ResultReuseConfiguration",
            )
        }  # fmt: skip
        request["Catalog"] = (request["QueryExecutionContext"] or {}).get("Catalog")
        own = (group.configuration.get("ResultConfiguration") or {}).get("OutputLocation")
        enforced = bool(group.configuration.get("EnforceWorkGroupConfiguration")) and own
        asked = None if enforced else (request["ResultConfiguration"] or {}).get("OutputLocation")
        if not own and not asked:
            raise InvalidRequestException(
                "No output location provided. An output location is required either through the Workgroup result "
                "configuration setting or as an API input."
            )
        self._check_place(asked or own, (request["ResultConfiguration"] or {}).get("ExpectedBucketOwner"))
        if len((request["QueryString"] or "").encode()) > 262144:
            raise InvalidRequestException("Query string is longer than 262144 bytes")
        try:
            return ActionResult({"QueryExecutionId": self.athena_backend.start(request)})
        except (MalformedQueryError, ValueError) as error:
            raise InvalidRequestException(str(error)) from error

    def _check_place(self, location: str, owner: str | None) -> None:
        """The result bucket must exist, in this region, and belong to whom it is expected to."""
        buckets = s3_backends[self.current_account]["aws"].buckets
        bucket = buckets.get(location.removeprefix("s3://").partition("/")[0])
        if bucket is None or bucket.region_name != self.region:
            raise InvalidRequestException(
                "The S3 location provided to save your query results is invalid. Please check your S3 location is correct "
                "and is in the same region and try again. If you continue to see the issue, contact customer support for "
                "further assistance."
            )
        if owner and owner != self.current_account:
            raise InvalidRequestException("The bucket owner does not match the ExpectedBucketOwner provided.")

    def _describe(self, execution: Execution) -> dict[str, Any]:
        end = execution.finished or time.time()
        status: dict[str, Any] = {"State": execution.status, "SubmissionDateTime": execution.submitted}
        if execution.finished:
            status["CompletionDateTime"] = execution.finished
        if execution.reason and execution.status in {"FAILED", "CANCELLED"}:
            status["StateChangeReason"] = execution.reason
        if execution.status == "FAILED":
            status["AthenaError"] = {
                "ErrorCategory": 2, "ErrorType": execution.error_type, "Retryable": False, "ErrorMessage": execution.reason,
            }  # fmt: skip
        queued = (execution.started or end) - execution.submitted
        record: dict[str, Any] = {
            "QueryExecutionId": execution.id,
            "Query": execution.query,
            "StatementType": execution.statement.statement_type,
            "SubstatementType": execution.statement.substatement_type,
            "ResultConfiguration": execution.config,
            "ResultReuseConfiguration": execution.reuse
            or {"ResultReuseByAgeConfiguration": {"Enabled": False}},
            "QueryExecutionContext": execution.context,
            "Status": status,
            "Statistics": {
                "EngineExecutionTimeInMillis": execution.engine_ms,
                "DataScannedInBytes": execution.bytes_scanned,
                "TotalExecutionTimeInMillis": int((end - execution.submitted) * 1000),
                "QueryQueueTimeInMillis": int(queued * 1000),
                "QueryPlanningTimeInMillis": execution.planning_ms,
                "ServiceProcessingTimeInMillis": 0,
                "ResultReuseInformation": {"ReusedPreviousResult": execution.reused},
                **({"DpuCount": execution.dpu_count} if execution.dpu_count and execution.finished else {}),
                **(
                    {
                        "DataManifestLocation": str(execution.config.get("OutputLocation", "")).removesuffix(
                            ".csv"
                        )
                        + "-manifest.csv"
                    }
                    if execution.manifest is not None
                    else {}
                ),
            },
            "WorkGroup": execution.workgroup.name if execution.workgroup else "primary",
            "EngineVersion": ENGINE,
        }
        if execution.execution_parameters:
            record["ExecutionParameters"] = execution.execution_parameters
        return record

    def get_query_execution(self) -> ActionResult:
        """State, statistics, result location."""
        return ActionResult({"QueryExecution": self._describe(self._execution())})

    def batch_get_query_execution(self) -> ActionResult:
        """Up to 50 at once; unknown ids come back unprocessed."""
        ids, known = self._get_param("QueryExecutionIds"), self.athena_backend.executions
        return ActionResult(
            {
                "QueryExecutions": [self._describe(known[i]) for i in ids if i in known],
                "UnprocessedQueryExecutionIds": [
                    {"QueryExecutionId": i, "ErrorCode": "INVALID_QUERY_EXECUTION_ID"}
                    for i in ids
                    if i not in known
                ],
            }
        )

    def list_query_executions(self) -> ActionResult:
        """Newest first, 50 a page."""
        group = self._get_param("WorkGroup") or "primary"
        ids = [
            e.id
            for e in self.athena_backend.executions.values()
            if (e.workgroup.name if e.workgroup else "primary") == group
        ]
        return ActionResult(
            _page(
                "QueryExecutionIds",
                ids[::-1],
                self._get_param("MaxResults"),
                self._get_param("NextToken"),
                50,
            )
        )

    def stop_query_execution(self) -> ActionResult:
        """Cancel; a finished query stays as it is."""
        self._execution().stop()
        return ActionResult({})

    def get_query_results(self) -> ActionResult:
        """Pages of at most 1000 rows; the first page of a query starts with the header row."""
        execution = self._execution()
        if execution.status in {"QUEUED", "RUNNING"}:
            raise InvalidRequestException(f"Query has not yet finished. Current state: {execution.status}")
        if execution.status != "SUCCEEDED":
            raise InvalidRequestException(
                f"Query did not finish successfully. Final query state: {execution.status}"
            )
        limit = min(int(self._get_param("MaxResults") or ROW_BYTES_LIMIT), ROW_BYTES_LIMIT)
        start = int(self._get_param("NextToken") or 0)
        header = 1 if execution.statement.returns_header else 0
        shown = (
            execution.text
            if execution.statement.returns_header
            or execution.statement.kind not in {"insert", "ctas", "unload"}
            else execution.text.slice(0, 0)
        )
        total = shown.num_rows + header
        rows: list[list[str | None]] = []
        if start == 0 and header:
            rows.append([column[0] for column in execution.columns])
        first = max(0, start - header)
        for batch in shown.slice(first, limit - len(rows)).to_batches():
            rows += [list(row) for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)]
        end = start + len(rows)
        answer: dict[str, Any] = {
            "ResultSet": {
                "Rows": [{"Data": [{} if v is None else {"VarCharValue": v} for v in row]} for row in rows],
                "ResultSetMetadata": {"ColumnInfo": [_column_info(*column) for column in execution.columns]},
            },
            "UpdateCount": execution.update_count,
        }
        if end < total and rows:
            answer["NextToken"] = str(end)
        return ActionResult(answer)

    def get_query_runtime_statistics(self) -> ActionResult:
        """Timeline and row counts of a finished query."""
        execution = self._execution()
        total = int(((execution.finished or time.time()) - execution.submitted) * 1000)
        return ActionResult(
            {
                "QueryRuntimeStatistics": {
                    "Timeline": {
                        "QueryQueueTimeInMillis": int(
                            ((execution.started or execution.submitted) - execution.submitted) * 1000
                        ),
                        "QueryPlanningTimeInMillis": execution.planning_ms,
                        "EngineExecutionTimeInMillis": execution.engine_ms,
                        "ServiceProcessingTimeInMillis": max(
                            0, total - execution.engine_ms - execution.planning_ms
                        ),
                        "TotalExecutionTimeInMillis": total,
                    },
                    "Rows": {"InputBytes": execution.bytes_scanned, "OutputRows": execution.text.num_rows},
                    **({"OutputStage": _stage(execution)} if execution.statement.kind == "select" else {}),
                }
            }
        )

    # Catalog operations: moto keeps databases of its own, or has none of these.
    @property
    def _glue(self) -> Any:
        return glue_backends[self.current_account][self.region]

    def list_databases(self) -> ActionResult:
        """Glue's databases."""
        names = [
            {"Name": n, "Description": d.as_dict().get("Description") or ""}
            for n, d in sorted(self._glue.databases.items())
        ]
        return ActionResult(
            _page("DatabaseList", names, self._get_param("MaxResults"), self._get_param("NextToken"), 50)
        )

    def get_database(self) -> ActionResult:
        """One Glue database."""
        name = self._get_param("DatabaseName")
        if name not in self._glue.databases:
            raise MetadataException(f"Database {name} not found")
        return ActionResult(
            {
                "Database": {
                    "Name": name,
                    "Description": self._glue.databases[name].as_dict().get("Description") or "",
                }
            }
        )

    def list_table_metadata(self) -> ActionResult:
        """Glue's tables of one database, 50 a page."""
        holder = self._holder()
        tables = [_table_metadata(table.as_dict()) for table in holder.tables.values()]
        return ActionResult(
            _page(
                "TableMetadataList", tables, self._get_param("MaxResults"), self._get_param("NextToken"), 50
            )
        )

    def get_table_metadata(self) -> ActionResult:
        """One Glue table."""
        holder, name = self._holder(), self._get_param("TableName")
        if name not in holder.tables:
            raise MetadataException(f"Table {name} not found")
        return ActionResult({"TableMetadata": _table_metadata(holder.tables[name].as_dict())})

    def _holder(self) -> Any:
        name = self._get_param("DatabaseName")
        if name not in self._glue.databases:
            raise MetadataException(f"Database {name} not found")
        return self._glue.databases[name]

    def list_engine_versions(self) -> ActionResult:
        """AUTO and version 3."""
        return ActionResult(
            {
                "EngineVersions": [
                    ENGINE,
                    {"SelectedEngineVersion": "Athena engine version 3"}
                    | {"EffectiveEngineVersion": "Athena engine version 3"},
                ]
            }
        )

    def create_prepared_statement(self) -> ActionResult:
        """Stored where EXECUTE finds it."""
        group = self.athena_backend.work_groups.get(self._get_param("WorkGroup"))
        self.athena_backend.prepared.put(
            self._get_param("StatementName"), group, self._get_param("QueryStatement")
        )
        return ActionResult({})

    def batch_get_named_query(self) -> ActionResult:
        """Up to 50 at once; unknown ids come back unprocessed."""
        ids, known = self._get_param("NamedQueryIds"), self.athena_backend.named_queries
        return ActionResult(
            {
                "NamedQueries": [
                    {
                        "Name": known[i].name, "Description": known[i].description, "Database": known[i].database,
                        "QueryString": known[i].query_string, "NamedQueryId": i, "WorkGroup": known[i].workgroup.name,
                    }
                    for i in ids
                    if i in known
                ],
                "UnprocessedNamedQueryIds": [{"NamedQueryId": i} for i in ids if i not in known],
            }
        )  # fmt: skip

    def batch_get_prepared_statement(self) -> ActionResult:
        """Those of one workgroup; unknown names come back unprocessed."""
        name, names = self._get_param("WorkGroup"), self._get_param("PreparedStatementNames")
        group = self.athena_backend.work_groups.get(name)
        texts = {known: self.athena_backend.prepared.get(known, group) for known in names}
        return ActionResult(
            {
                "PreparedStatements": [
                    {
                        "StatementName": n,
                        "QueryStatement": text,
                        "WorkGroupName": name,
                        "LastModifiedTime": time.time(),
                    }
                    for n, text in texts.items()
                    if text is not None
                ],
                "UnprocessedPreparedStatementNames": [
                    {"StatementName": n} for n, text in texts.items() if text is None
                ],
            }
        )

    def list_prepared_statements(self) -> ActionResult:
        """Names of one workgroup."""
        group = self.athena_backend.work_groups.get(self._get_param("WorkGroup"))
        items = [
            {"StatementName": name, "LastModifiedTime": time.time()}
            for name in self.athena_backend.prepared.names(group)
        ]
        return ActionResult(
            _page(
                "PreparedStatements", items, self._get_param("MaxResults"), self._get_param("NextToken"), 50
            )
        )

    def put_capacity_assignment_configuration(self) -> ActionResult:
        """Which workgroups run on a reservation."""
        self.athena_backend.assignments[self._get_param("CapacityReservationName")] = [
            group
            for item in self._get_param("CapacityAssignments") or []
            for group in item.get("WorkGroupNames") or []
        ]
        return ActionResult({})

    def get_capacity_assignment_configuration(self) -> ActionResult:
        """As it was put."""
        name = self._get_param("CapacityReservationName")
        groups = self.athena_backend.assignments.get(name, [])
        return ActionResult(
            {
                "CapacityAssignmentConfiguration": {
                    "CapacityReservationName": name,
                    "CapacityAssignments": [{"WorkGroupNames": groups}] if groups else [],
                }
            }
        )

    def get_prepared_statement(self) -> ActionResult:
        """By name and workgroup."""
        name = self._get_param("StatementName")
        text = self.athena_backend.prepared.get(
            name, self.athena_backend.work_groups.get(self._get_param("WorkGroup"))
        )
        if text is None:
            raise ResourceNotFoundException(f"Prepared statement {name} not found")
        return ActionResult(
            {
                "PreparedStatement": {
                    "StatementName": name,
                    "QueryStatement": text,
                    "WorkGroupName": self._get_param("WorkGroup"),
                }
            }
        )


def _stage(execution: Execution) -> dict[str, Any]:
    """Two stages, as a small query has them: the reading one below the one that answers."""
    rows, scanned = execution.text.num_rows, execution.bytes_scanned
    reading = {
        "StageId": 1, "State": "FINISHED", "OutputBytes": scanned, "OutputRows": rows, "InputBytes": scanned, "InputRows": rows,
        "ExecutionTime": execution.engine_ms, "SubStages": [],
    }  # fmt: skip
    return {
        "StageId": 0, "State": "FINISHED", "OutputBytes": execution.text.nbytes, "OutputRows": rows, "InputBytes": scanned, "InputRows": rows,
        "ExecutionTime": execution.engine_ms, "SubStages": [reading],
    }  # fmt: skip


def _page(name: str, items: list[Any], limit: Any, token: Any, most: int) -> dict[str, Any]:
    size, start = min(int(limit or most), most), int(token or 0)
    page: dict[str, Any] = {name: items[start : start + size]}
    if start + size < len(items):
        page["NextToken"] = str(start + size)
    return page


def _column_info(name: str, kind: str, precision: int, scale: int) -> dict[str, Any]:
    return {
        "CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": name, "Label": name, "Type": kind,
        "Precision": precision, "Scale": scale, "Nullable": "UNKNOWN", "CaseSensitive": kind == "varchar",
    }  # fmt: skip


def _table_metadata(table: dict[str, Any]) -> dict[str, Any]:
    def columns(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{k: c[k] for k in ("Name", "Type", "Comment") if c.get(k)} for c in items]

    return {
        "Name": table["Name"],
        "CreateTime": table["CreateTime"],
        "TableType": table.get("TableType") or "EXTERNAL_TABLE",
        "Columns": columns((table.get("StorageDescriptor") or {}).get("Columns") or []),
        "PartitionKeys": columns(table.get("PartitionKeys") or []),
        "Parameters": table.get("Parameters") or {},
    }
