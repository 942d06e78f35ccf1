"""An ETL job told in Spark SQL, so that its columns are followed as any statement's are: a temporary view a step, an INSERT a target.

Visual jobs: the nodes of Glue's CodeGenConfigurationNodes (AWS Glue API, "CodeGenConfigurationNode"). Scripts: the calls of Spark's DataFrame and
of Glue's DynamicFrame that name their columns (AWS Glue developer guide, "DynamicFrame class"; PySpark API, "DataFrame"). Never raises for what a job
holds: what is not understood is in `problems`, and what follows from it is left out.
"""

# ruff: noqa: S608 - these texts are read, never run
from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dataops_desktop.errors import InputError
from dataops_desktop.sql.quoting import quote_ident

_READS_ROWS = re.compile(r"\A\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*\(*\s*(?:select|with|values|from|table)\b", re.IGNORECASE | re.DOTALL)  # fmt: skip
# Steps that change rows and no column.
_SAME_COLUMNS = frozenset(
    {
        "toDF", "filter", "where", "distinct", "dropDuplicates", "drop_duplicates", "orderBy", "sort", "sortWithinPartitions", "limit", "repartition", "coalesce",
        "cache", "persist", "unpersist", "resolveChoice", "fillna", "dropna", "na", "alias", "hint", "checkpoint", "sample", "sampleBy", "repartitionByRange",
        "localCheckpoint", "withWatermark", "replace", "fill", "errorsAsDynamicFrame", "intersect", "subtract", "exceptAll", "mode", "format", "option", "options", "partitionBy", "bucketBy", "sortBy", "using",
    }
)  # fmt: skip
_SAME_GRAPH = frozenset({"DropDuplicates", "DropNullFields", "FillMissingValues", "SelectFromCollection", "Spigot", "PIIDetection", "EvaluateDataQuality", "EvaluateDataQualityMultiFrame"})  # fmt: skip
_ENDS = frozenset({"parquet", "csv", "json", "orc", "text", "save", "jdbc", "append", "overwritePartitions", "create", "createOrReplace", "show", "printSchema", "count", "collect", "first", "take", "toPandas", "foreach", "foreachPartition", "start", "awaitTermination"})  # fmt: skip
_SUMS = frozenset({"sum", "avg", "mean", "max", "min", "count", "countDistinct", "count_distinct", "first", "last", "collect_list", "collect_set", "stddev", "variance", "approx_count_distinct", "percentile_approx"})  # fmt: skip
_VIEWS = frozenset({"createOrReplaceTempView", "createTempView", "registerTempTable", "createGlobalTempView", "createOrReplaceGlobalTempView"})  # fmt: skip
_CATALOG_READS = frozenset({"from_catalog", "create_dynamic_frame_from_catalog", "create_data_frame_from_catalog", "create_sample_dynamic_frame_from_catalog"})  # fmt: skip
_CATALOG_WRITES = frozenset({"write_dynamic_frame_from_catalog", "write_data_frame_from_catalog"})
_LONGEST = 4 << 20


@dataclass(frozen=True)
class JobSql:
    """`sql` in Spark's dialect, empty where nothing was understood."""

    sql: str = ""
    problems: tuple[str, ...] = ()


def _quoted(*names: str) -> str:
    """A name that no SQL can hold raises InputError: the step or statement that has it is left out, and told."""
    return ".".join(quote_ident("databricks", name) for name in names)


def _path(parts: Sequence[Any]) -> str:
    return _quoted(*(str(part) for part in parts))


class _Steps:
    """The statements so far; every step has a name of its own."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.problems: dict[str, None] = {}
        self._taken: set[str] = set()

    def name(self, wanted: str) -> str:
        """Not taken yet, in whatever case."""
        base = " ".join(wanted.split()) or "step"
        found, number = base, 1
        while found.lower() in self._taken:
            number += 1
            found = f"{base} {number}"
        self._taken.add(found.lower())
        return found

    def view(self, wanted: str, query: str) -> str:
        """A step of this query; returns its name."""
        name = self.name(wanted)
        self.statements.append(f"CREATE TEMPORARY VIEW {_quoted(name)} AS {query.strip().rstrip(';')}")
        return name

    def problem(self, text: str) -> None:
        self.problems[text] = None

    def result(self) -> JobSql:
        return JobSql("".join(f"{statement};\n" for statement in self.statements), tuple(self.problems))


# visual jobs


def graph_sql(graph: Mapping[str, Any]) -> JobSql:
    """Of a visual job, in the order data flows."""
    steps, done = _Steps(), dict[str, str | None]()
    records: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for node_id, node in graph.items():
        for kind, record in node.items() if isinstance(node, Mapping) else ():
            if isinstance(record, Mapping):
                records[node_id] = (str(kind), record)
    left = list(records)
    while left:
        ready = [i for i in left if not [n for n in _inputs(records[i][1]) if n in records and n not in done]]
        if not ready:
            steps.problem("steps that wait for each other")
            break
        for node_id in ready:
            left.remove(node_id)
            kind, record = records[node_id]
            inputs = [done.get(name) for name in _inputs(record)]
            try:
                done[node_id] = _graph_step(steps, kind, record, inputs, done)
            except (AttributeError, KeyError, IndexError, TypeError, ValueError, InputError):
                steps.problem(f"{record.get('Name') or kind}: {kind} is not understood")
                done[node_id] = None
    return steps.result()


def _inputs(record: Mapping[str, Any]) -> list[str]:
    found = record.get("Inputs")
    return [str(name) for name in found] if isinstance(found, list | tuple) else []


def _graph_step(
    steps: _Steps, kind: str, record: Mapping[str, Any], inputs: list[str | None], done: Mapping[str, str | None]
) -> str | None:  # fmt: skip
    """The name of the step's rows, None where they are not known."""
    title = str(record.get("Name") or kind)
    if kind.endswith("Source"):
        if record.get("Database") and record.get("Table"):
            return steps.view(
                title, f"SELECT * FROM {_quoted(str(record['Database']), str(record['Table']))}"
            )
        return None  # files and other systems: no columns of the catalog
    if not inputs or None in inputs:
        return None
    first = _quoted(str(inputs[0]))
    if "Target" in kind:
        policy = record.get("SchemaChangePolicy") or {}
        place = record if record.get("Database") and record.get("Table") else policy
        if place.get("Database") and place.get("Table"):
            steps.statements.append(f"INSERT INTO {_quoted(str(place['Database']), str(place['Table']))} BY NAME SELECT * FROM {first}")  # fmt: skip
        return None
    query = _graph_query(steps, kind, record, first, [str(name) for name in inputs], done)
    return steps.view(title, query) if query else None


def _graph_query(
    steps: _Steps, kind: str, record: Mapping[str, Any], first: str, inputs: list[str], done: Mapping[str, str | None]
) -> str:  # fmt: skip
    if kind in _SAME_GRAPH:
        return f"SELECT * FROM {first}"
    if kind == "ApplyMapping":
        columns = [
            f"CAST({_path(m['FromPath'])} AS {_type(m.get('ToType'))}) AS {_quoted(str(m['ToKey']))}" if m.get("FromType") != m.get("ToType")
            else f"{_path(m['FromPath'])} AS {_quoted(str(m['ToKey']))}"
            for m in record["Mapping"] if not m.get("Dropped")
        ]  # fmt: skip
        return f"SELECT {', '.join(columns)} FROM {first}" if columns else ""
    if kind in {"SelectFields", "SplitFields"}:
        return f"SELECT {', '.join(_path(path) for path in record['Paths'])} FROM {first}"
    if kind == "DropFields":
        return f"SELECT * EXCEPT ({', '.join(_path(path[:1]) for path in record['Paths'] if len(path) == 1)}) FROM {first}"  # fmt: skip
    if kind == "RenameField":
        old, new = _path(record["SourcePath"]), _path(record["TargetPath"])
        return f"SELECT * EXCEPT ({old}), {old} AS {new} FROM {first}"
    if kind == "Filter":
        columns = [_path(v["Value"]) for f in record["Filters"] for v in f["Values"] if v.get("Type") == "COLUMNEXTRACTED"]  # fmt: skip
        return f"SELECT * FROM {first}" + (f" WHERE {' AND '.join(f'{c} IS NOT NULL' for c in columns)}" if columns else "")  # fmt: skip
    if kind == "Join":
        second = _quoted(inputs[1])
        keys = [[_path(key) for key in side["Keys"]] for side in record["Columns"]]
        how = {"left": "LEFT ", "right": "RIGHT ", "outer": "FULL ", "leftsemi": "LEFT SEMI ", "leftanti": "LEFT ANTI "}.get(str(record.get("JoinType")), "")  # fmt: skip
        condition = " AND ".join(f"{first}.{a} = {second}.{b}" for a, b in zip(*keys, strict=True))
        return f"SELECT * FROM {first} {how}JOIN {second} ON {condition or 'TRUE'}"
    if kind in {"Union", "Merge"}:
        return " UNION ALL BY NAME ".join(f"SELECT * FROM {_quoted(name)}" for name in inputs)
    if kind == "Aggregate":
        groups = [_path(path) for path in record["Groups"]]
        sums = [f"{a['AggFunc']}({_path(a['Column'])}) AS {_quoted(_sum_name(a))}" for a in record["Aggs"]]
        return f"SELECT {', '.join([*groups, *sums])} FROM {first}" + (f" GROUP BY {', '.join(groups)}" if groups else "")  # fmt: skip
    if kind == "SparkSQL":
        aliases = {str(a["Alias"]): done.get(str(a["From"])) for a in record.get("SqlAliases") or ()}
        return _with_names(str(record["SqlQuery"]), {a: name for a, name in aliases.items() if name})
    steps.problem(f"{record.get('Name') or kind}: {kind} is not followed")
    return ""


def _sum_name(record: Mapping[str, Any]) -> str:
    """As Spark calls an aggregate that is given no name."""
    return f"{record['AggFunc']}({'.'.join(record['Column'])})"


def _type(name: Any) -> str:
    return str(name) if re.fullmatch(r"[\w<>,:() ]+", str(name or "")) else "string"


def _with_names(query: str, aliases: Mapping[str, str]) -> str:
    """A query whose tables are other steps."""
    named = ", ".join(f"{_quoted(alias)} AS (SELECT * FROM {_quoted(step)})" for alias, step in aliases.items())  # fmt: skip
    if not named:
        return query
    found = re.match(r"\s*with\b(\s+recursive\b)?", query, re.IGNORECASE)
    return f"{found[0]} {named}, {query[found.end() :]}" if found else f"WITH {named} {query}"


# scripts


def script_sql(text: str) -> JobSql:
    """Of a Python script, statement by statement as it stands; both branches of an `if`, each loop once."""
    if len(text) > _LONGEST:
        return JobSql("", (f"longer than {_LONGEST:,} characters: not read",))
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return JobSql("", ("not a Python script",))
    reader = _Script()
    try:
        reader.read(tree)
    except RecursionError:
        reader.steps.problem("nested too deeply to be understood")
    return reader.steps.result()


class _Script:
    """Variables that hold rows or texts, as far as the script's own text tells."""

    def __init__(self) -> None:
        self.steps = _Steps()
        self._rows: dict[str, str] = {}  # variable → step
        self._texts: dict[str, str] = {}
        self._views: dict[str, str] = {}  # temporary view → step
        self._sinks: dict[str, tuple[str, str]] = {}

    def read(self, tree: ast.AST) -> None:
        for node in ast.iter_child_nodes(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                self._assign(targets, node.value)
            elif isinstance(node, ast.Expr):
                self._statement(node.value, "")
            elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
                self.read(node)

    def _statement(self, node: ast.expr, wanted: str) -> str | None:
        """One with a name that cannot be is a problem, and the next one is read."""
        try:
            return self._rows_of(node, wanted)
        except InputError as error:
            self.steps.problem(error.message)
            return None

    def _assign(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        text = self._text(value)
        step = self._statement(value, names[0] if names else "") if text is None else None
        for name in names:
            for known, found in ((self._texts, text), (self._rows, step)):
                known.pop(name, None)
                if found is not None:
                    known[name] = found

    def _text(self, node: ast.expr | None) -> str | None:
        """A text that stands in the script; what is only known at run time is NULL in it."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            return self._texts.get(node.id)
        if isinstance(node, ast.JoinedStr):
            return "".join(str(p.value) if isinstance(p, ast.Constant) else self._text(getattr(p, "value", None)) or "NULL" for p in node.values)  # fmt: skip
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._text(node.left), self._text(node.right)
            return left + right if left is not None and right is not None else None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "strip"}:  # fmt: skip
            found = self._text(node.func.value)
            return re.sub(r"\{[^{}]*\}", "NULL", found) if found is not None else None
        return None

    def _rows_of(self, node: ast.expr | None, wanted: str) -> str | None:
        """The step whose rows an expression is."""
        if isinstance(node, ast.Name):
            return self._rows.get(node.id)
        if isinstance(node, ast.Attribute):
            return self._rows_of(node.value, wanted)
        if not isinstance(node, ast.Call):
            return None
        given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        if isinstance(node.func, ast.Name):
            if node.func.id == "sparkSqlQuery":  # what visual jobs are generated with
                return self._spark_sql_query(given, wanted)
            return None
        if not isinstance(node.func, ast.Attribute):
            return None
        call, holder, arguments = node.func.attr, node.func.value, node.args
        title = wanted or call
        if call == "sql" and (query := self._text(arguments[0] if arguments else given.get("sqlQuery"))) is not None:  # fmt: skip
            return self._sql(query, title)
        if call == "table" and (name := self._text(arguments[0] if arguments else None)):
            return self._views.get(name.lower()) or self.steps.view(title, f"SELECT * FROM {_quoted(*_parts(name))}")  # fmt: skip
        frame = given.get("frame")
        if call in _CATALOG_READS | _CATALOG_WRITES:
            names = [self._text(given.get(key)) for key in ("database", "table_name")]
            if frame is not None:
                self._write(names, frame)
                return None
            if names[0] and names[1]:
                return self.steps.view(title, f"SELECT * FROM {_quoted(names[0], names[1])}")
            self.steps.problem(f"{call} names its table by a variable")
            return None
        if call in {"saveAsTable", "insertInto", "writeTo"}:
            name = self._text(arguments[0] if arguments else None)
            self._write(_parts(name) if name else [None], holder)
            return None
        if call == "setCatalogInfo" and isinstance(holder, ast.Name):
            names = [self._text(given.get(key)) for key in ("catalogDatabase", "catalogTableName")]
            if names[0] and names[1]:
                self._sinks[holder.id] = (names[0], names[1])
            return None
        if call == "writeFrame" and isinstance(holder, ast.Name) and holder.id in self._sinks and arguments:
            self._write(list(self._sinks[holder.id]), arguments[0])
            return None
        if call in _VIEWS:
            name, step = self._text(arguments[0] if arguments else None), self._rows_of(holder, "")
            if name and step:
                self._views[name.lower()] = step
            return None
        if call == "fromDF" and arguments:
            return self._rows_of(arguments[0], wanted)
        if call == "apply":
            return self._apply(holder, arguments, given, title)
        if isinstance(holder, ast.Call) and _called(holder) in {"groupBy", "groupby"}:
            return self._grouped(holder, call, arguments, title)
        step = self._rows_of(holder, "")
        return self._method(step, call, arguments, given, title) if step is not None else None

    def _grouped(self, group: ast.Call, call: str, arguments: Sequence[ast.expr], title: str) -> str | None:
        step = self._rows_of(group.func.value, "") if isinstance(group.func, ast.Attribute) else None
        if step is None:
            return None
        keys = [self._column(item) for node in group.args for item in (node.elts if isinstance(node, ast.List | ast.Tuple) else [node])]  # fmt: skip
        if call == "agg" and not any(isinstance(node, ast.Dict) for node in arguments):
            sums = [self._column(node) for node in arguments]
        elif call in _SUMS:
            sums = [f"{call}({_quoted(text)}) AS {_quoted(f'{call}({text})')}" for node in arguments for text in self._list(node)]  # fmt: skip
        else:
            self.steps.problem(f"groupBy with {call} is not followed")
            return None
        return self.steps.view(title, f"SELECT {', '.join([*keys, *sums])} FROM {_quoted(step)} GROUP BY ALL")

    def _sql(self, query: str, title: str) -> str | None:
        used = {name: step for name, step in self._views.items() if re.search(rf"\b{re.escape(name)}\b", query, re.IGNORECASE)}  # fmt: skip
        if _READS_ROWS.match(query):
            return self.steps.view(title, _with_names(query.strip().rstrip(";"), used))
        for name, step in used.items():  # a statement that writes sees them by their names
            if name != step.lower():
                self.steps.statements.append(f"CREATE OR REPLACE TEMPORARY VIEW {_quoted(name)} AS SELECT * FROM {_quoted(step)}")  # fmt: skip
        self.steps.statements.append(query.strip().rstrip(";"))
        return None

    def _spark_sql_query(self, given: Mapping[str, ast.expr], wanted: str) -> str | None:
        query, mapping = self._text(given.get("query")), given.get("mapping")
        if query is None or not isinstance(mapping, ast.Dict):
            return None
        aliases = {
            str(self._text(key)): step for key, value in zip(mapping.keys, mapping.values, strict=True) if (step := self._rows_of(value, ""))
        }  # fmt: skip
        return self.steps.view(wanted or "sparkSqlQuery", _with_names(query.strip().rstrip(";"), aliases))

    def _write(self, names: Sequence[str | None], rows: ast.expr) -> None:
        step = self._rows_of(rows, "")
        known = [name for name in names if name]
        if not known or len(known) != len(names):
            self.steps.problem("a table is written whose name stands in a variable")
        elif step is not None:
            self.steps.statements.append(f"INSERT INTO {_quoted(*known)} BY NAME SELECT * FROM {_quoted(step)}")  # fmt: skip

    def _apply(
        self, holder: ast.expr, arguments: Sequence[ast.expr], given: Mapping[str, ast.expr], title: str
    ) -> str | None:
        """Glue's transforms as classes: ApplyMapping.apply(frame = …, mappings = …)."""
        kind = holder.id if isinstance(holder, ast.Name) else ""
        if kind == "Join":
            first, second = (self._rows_of(given.get(name), "") for name in ("frame1", "frame2"))
            keys = [self._list(given.get(name)) for name in ("keys1", "keys2")]
            if first and second and keys[0] and keys[1] and len(keys[0]) == len(keys[1]):
                return self._join(title, first, second, list(zip(keys[0], keys[1], strict=True)))
            return None
        frame = given.get("frame") or (arguments[0] if arguments else None)
        step = self._rows_of(frame, "")
        if step is None:
            return None
        method = {"ApplyMapping": "apply_mapping", "SelectFields": "select_fields", "DropFields": "drop_fields", "RenameField": "rename_field"}.get(kind)  # fmt: skip
        if method:
            names = ("mappings", "paths", "old_name", "new_name")
            return self._method(step, method, [given[name] for name in names if name in given] or arguments[1:], {}, title)  # fmt: skip
        if kind in {"ResolveChoice", "DropNullFields", "Filter", "FillMissingValues", "SelectFromCollection"}:
            return step
        self.steps.problem(f"{kind or 'a transform'} is not followed")
        return None

    def _list(self, node: ast.expr | None) -> list[str]:
        """Texts in a list or tuple, or a single one; empty where one is no text."""
        if isinstance(node, ast.List | ast.Tuple):
            found = [self._text(item) for item in node.elts]
            return [text for text in found if text] if all(found) else []
        text = self._text(node)
        return [text] if text else []

    def _join(self, title: str, first: str, second: str, keys: Sequence[tuple[str, str]]) -> str:
        a, b = _quoted(first), _quoted(second)
        return self.steps.view(title, f"SELECT * FROM {a} JOIN {b} ON " + " AND ".join(f"{a}.{_quoted(x)} = {b}.{_quoted(y)}" for x, y in keys))  # fmt: skip

    def _method(
        self, step: str, call: str, arguments: Sequence[ast.expr], given: Mapping[str, ast.expr], title: str
    ) -> str | None:
        """A DataFrame's or DynamicFrame's method that gives another one."""
        source = _quoted(step)
        if call in _ENDS:
            return None
        if call in _SAME_COLUMNS and not (call == "toDF" and arguments):
            return step
        query: str | None = None
        flat = [text for node in arguments for text in self._list(node)]
        if call in {"select", "select_fields"}:
            parts = [self._column(node) for node in arguments if not isinstance(node, ast.List | ast.Tuple)] or [_quoted(*text.split(".")) for text in flat]  # fmt: skip
            query = f"SELECT {', '.join(parts)} FROM {source}" if parts else None
        elif call == "selectExpr" and flat:
            query = f"SELECT {', '.join(flat)} FROM {source}"
        elif call in {"drop", "drop_fields"} and flat:
            query = f"SELECT * EXCEPT ({', '.join(_quoted(text) for text in flat)}) FROM {source}"
        elif call in {"withColumnRenamed", "rename_field"} and len(flat) == 2:
            query = f"SELECT * EXCEPT ({_quoted(flat[0])}), {_quoted(flat[0])} AS {_quoted(flat[1])} FROM {source}"  # fmt: skip
        elif call == "withColumn" and len(arguments) == 2 and (name := self._text(arguments[0])):
            query = f"SELECT * EXCEPT ({_quoted(name)}), {self._column(arguments[1], name)} FROM {source}"
        elif call == "apply_mapping" and arguments and isinstance(arguments[0], ast.List):
            mappings = [self._list(item) for item in arguments[0].elts]
            columns = [f"{_quoted(*m[0].split('.'))} AS {_quoted(m[2])}" for m in mappings if len(m) == 4]
            query = f"SELECT {', '.join(columns)} FROM {source}" if columns else None
        elif call in {"union", "unionAll", "unionByName"} and arguments:
            if other := self._rows_of(arguments[0], ""):
                by_name = " BY NAME" if call == "unionByName" else ""
                query = f"SELECT * FROM {source} UNION ALL{by_name} SELECT * FROM {_quoted(other)}"
        elif call in {"join", "crossJoin"} and arguments:
            other, on = self._rows_of(arguments[0], ""), arguments[1] if len(arguments) > 1 else given.get("on")  # fmt: skip
            if other and (keys := self._list(on)):
                query = f"SELECT * FROM {source} JOIN {_quoted(other)} USING ({', '.join(_quoted(key) for key in keys)})"  # fmt: skip
            elif other:
                query = f"SELECT * FROM {source} CROSS JOIN {_quoted(other)}"
        if query is None:
            self.steps.problem(f"{call} is not followed")
            return None
        return self.steps.view(title, query)

    def _column(self, node: ast.expr, name: str = "") -> str:
        """A column expression: the columns it names, in a call where it is more than one of them."""
        text = self._text(node)
        if text is not None:
            return "*" if text == "*" else _quoted(*text.split("."))
        alias = name
        while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "alias" and node.args:  # fmt: skip
            alias, node = alias or self._text(node.args[0]) or "", node.func.value
        columns: dict[str, None] = {}
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and getattr(part.func, "attr", getattr(part.func, "id", "")) in {"col", "column"} and part.args:  # fmt: skip
                columns[self._text(part.args[0]) or ""] = None
            elif isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name) and part.value.id in self._rows:  # fmt: skip
                columns[self._text(part.slice) or ""] = None
            elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in self._rows:  # fmt: skip
                columns[part.attr] = None
        if isinstance(node, ast.Call) and not columns:
            # F.upper("name"): a text given to a function names a column.
            columns = {text: None for item in node.args if (text := self._text(item)) and _called(node) not in {"lit", "expr"}}  # fmt: skip
        quoted = [_quoted(*column.split(".")) for column in columns if column]
        if len(quoted) == 1 and (isinstance(node, ast.Subscript | ast.Attribute) or _called(node) in {"col", "column"}):  # fmt: skip
            value = quoted[0]
        elif quoted:  # what is done with them stands in the script; here only that it is done, and whether rows become one
            sums = any(_called(part) in _SUMS for part in ast.walk(node) if isinstance(part, ast.Call))
            value = f"{'max' if sums else ''}(calculated({', '.join(quoted)}))"
        else:
            value = "NULL"
        return f"{value} AS {_quoted(alias)}" if alias else value


def _called(node: ast.expr) -> str:
    return str(getattr(node.func, "attr", getattr(node.func, "id", ""))) if isinstance(node, ast.Call) else ""


def _parts(name: str) -> list[str]:
    return [part for part in name.replace("`", "").split(".") if part][-2:]
