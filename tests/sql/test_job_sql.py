"""Jobs told in SQL: visual graphs and scripts, followed column by column."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataops_desktop.sql import lineage
from dataops_desktop.sql.job_sql import graph_sql, script_sql

SCHEMA = {
    "sales": {"orders": ["order_id", "customer", "amount", "placed_at"], "customers": ["customer", "email", "country"]},
    "mart": {"facts": ["id", "who", "total", "day"]},
}  # fmt: skip


def pairs(sql: str) -> set[tuple[str, str]]:
    found = lineage(sql, "spark", SCHEMA, "default")
    assert not found.warnings, found.warnings
    return found.pairs()


def source(name: str, table: str) -> dict[str, Any]:
    return {"S3CatalogSource": {"Name": name, "Database": "sales", "Table": table}}


TARGET = {"Name": "Out", "Database": "mart", "Table": "facts"}


def test_a_visual_job_with_every_kind_of_step() -> None:
    graph = {
        "t": {"CatalogTarget": {**TARGET, "Inputs": ["r"]}},  # in no order
        "o": source("Orders", "orders"),
        "c": source("Customers", "customers"),
        "m": {
            "ApplyMapping": {
                "Name": "Orders", "Inputs": ["o"],  # a name that is taken
                "Mapping": [
                    {"FromPath": ["order_id"], "FromType": "string", "ToKey": "id", "ToType": "bigint"},
                    {"FromPath": ["customer"], "FromType": "string", "ToKey": "who", "ToType": "string"},
                    {"FromPath": ["amount"], "FromType": "double", "ToKey": "amount", "ToType": "double"},
                    {"FromPath": ["placed_at"], "ToKey": "gone", "Dropped": True},
                ],
            }
        },
        "f": {"Filter": {"Name": "Some", "Inputs": ["m"], "Filters": [{"Operation": "GT", "Values": [{"Type": "COLUMNEXTRACTED", "Value": ["amount"]}]}]}},
        "j": {"Join": {"Name": "Both", "Inputs": ["f", "c"], "JoinType": "left", "Columns": [{"From": "f", "Keys": [["who"]]}, {"From": "c", "Keys": [["customer"]]}]}},
        "d": {"DropFields": {"Name": "Fewer", "Inputs": ["j"], "Paths": [["country"]]}},
        "s": {"SparkSQL": {"Name": "SQL", "Inputs": ["d"], "SqlQuery": "SELECT id, lower(email) AS who, amount FROM joined", "SqlAliases": [{"From": "d", "Alias": "joined"}]}},
        "a": {"Aggregate": {"Name": "Sums", "Inputs": ["s"], "Groups": [["id"], ["who"]], "Aggs": [{"Column": ["amount"], "AggFunc": "sum"}]}},
        "r": {"RenameField": {"Name": "Named", "Inputs": ["a"], "SourcePath": ["sum(amount)"], "TargetPath": ["total"]}},
        "x": {"CustomCode": {"Name": "Mine", "Inputs": ["o"], "Code": "…"}},
        "y": {"SelectFields": {"Name": "After mine", "Inputs": ["x"], "Paths": [["a"]]}},
    }  # fmt: skip
    told = graph_sql(graph)
    assert pairs(told.sql) == {
        ("sales.orders.order_id", "mart.facts.id"), ("sales.customers.email", "mart.facts.who"), ("sales.orders.amount", "mart.facts.total"),
    }  # fmt: skip
    assert told.problems == ("Mine: CustomCode is not followed",)
    followed = lineage(told.sql, "spark", SCHEMA, "default")
    assert {(e.to_column, e.how) for e in followed.columns if e.use == "output"} == {
        ("id", "transformation"), ("who", "transformation"), ("total", "aggregation"),
    }  # fmt: skip


def test_unions_and_selections() -> None:
    graph = {
        "a": source("A", "orders"),
        "b": source("B", "orders"),
        "u": {"Union": {"Name": "U", "Inputs": ["a", "b"], "UnionType": "ALL"}},
        "s": {"SelectFields": {"Name": "S", "Inputs": ["u"], "Paths": [["amount"]]}},
        "n": {"DropDuplicates": {"Name": "N", "Inputs": ["s"]}},
        "r": {"RenameField": {"Name": "R", "Inputs": ["n"], "SourcePath": ["amount"], "TargetPath": ["total"]}},
        "t": {"S3GlueParquetTarget": {"Name": "T", "Inputs": ["r"], "Path": "s3://b/x/", "SchemaChangePolicy": {"Database": "mart", "Table": "facts"}}},
    }  # fmt: skip
    assert pairs(graph_sql(graph).sql) == {("sales.orders.amount", "mart.facts.total")}


SCRIPT = '''
from awsglue.context import GlueContext
spark = glue.spark_session
orders = glue.create_dynamic_frame.from_catalog(database="sales", table_name="orders", transformation_ctx="o")
mapped = ApplyMapping.apply(frame=orders, mappings=[("order_id", "string", "id", "bigint"), ("amount", "double", "amount", "double"), ("customer", "string", "customer", "string")])
frame = mapped.toDF().filter("amount > 0").withColumn("day", F.to_date(F.col("id")))
frame.createOrReplaceTempView("clean")
people = spark.table("sales.customers").select("customer", F.upper("email").alias("who"))
QUERY = f"""SELECT id, c.customer, amount, day FROM clean c WHERE amount > {limit}"""
joined = spark.sql(QUERY).join(people, on="customer", how="left")
sums = joined.groupBy("id", "who", "day").agg(F.sum("amount").alias("total"))
sums.write.mode("overwrite").format("parquet").saveAsTable("mart.facts")
if late:
    spark.sql("INSERT INTO mart.facts SELECT id, customer, amount, day FROM clean")
'''


def test_a_script_with_frames_views_and_sql() -> None:
    told = script_sql(SCRIPT)
    assert told.problems == ()
    assert pairs(told.sql) == {
        ("sales.orders.order_id", "mart.facts.id"), ("sales.customers.email", "mart.facts.who"), ("sales.orders.amount", "mart.facts.total"),
        ("sales.orders.order_id", "mart.facts.day"), ("sales.orders.customer", "mart.facts.who"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('spark.table("sales.orders").drop("customer").withColumnRenamed("amount", "total").writeTo("mart.facts").append()', {"order_id>order_id", "amount>total", "placed_at>placed_at"}),
        ('a = spark.read.table("sales.orders")\nb = a.selectExpr("order_id AS id", "amount * 2 AS total")\nb.write.insertInto("mart.facts")', {"order_id>id", "amount>total"}),
        ('o = spark.table("sales.orders")\ns = glue.getSink(path="s3://b", connection_type="s3")\ns.setCatalogInfo(catalogDatabase="mart", catalogTableName="facts")\ns.writeFrame(DynamicFrame.fromDF(o.select(o.amount.alias("total"), o["order_id"].alias("id")), glue, "x"))', {"amount>total", "order_id>id"}),
        ('q = """select amount as total from one"""\nn = sparkSqlQuery(glueContext, query=q, mapping={"one": spark.table("sales.orders")}, transformation_ctx="n")\nglue.write_dynamic_frame.from_catalog(frame=n, database="mart", table_name="facts")', {"amount>total"}),
        ('o = spark.table("sales.orders")\no.unionByName(o).select("amount").withColumnRenamed("amount", "total").write.saveAsTable("mart.facts")', {"amount>total"}),
    ],
)  # fmt: skip
def test_scripts(text: str, wanted: set[str]) -> None:
    told = script_sql(text)
    assert told.problems == ()
    assert {f"{a.rpartition('.')[2]}>{b.rpartition('.')[2]}" for a, b in pairs(told.sql)} == wanted


def test_what_is_not_understood_is_listed() -> None:
    assert script_sql("object Job { def main(): Unit = () }").problems == ("not a Python script",)
    text = 'o = spark.table("sales.orders")\nx = o.mapInPandas(f)\nx.write.saveAsTable("mart.facts")\ng.create_dynamic_frame.from_catalog(database=d, table_name=t)'
    told = script_sql(text)
    assert told.problems == ("mapInPandas is not followed", "from_catalog names its table by a variable")
    assert "INSERT" not in told.sql
    assert graph_sql({"a": {"Join": {"Inputs": ["b"]}}, "b": {"Filter": {"Inputs": ["a"]}}}).problems == ("steps that wait for each other",)  # fmt: skip
    assert graph_sql({"a": source("A", "x"), "b": {"ApplyMapping": {"Name": "M", "Inputs": ["a"], "Mapping": [3]}}}).problems == ("M: ApplyMapping is not understood",)  # fmt: skip
    assert "`a``b`" in graph_sql({"a": source("a`b", "x")}).sql  # a name cannot leave its quotes


PIECES = ["spark", ".sql", ".table", "(", ")", '"sales.orders"', ".select", ".join", "x", "=", "\n", ".write.saveAsTable", '"a"', ",", "[", "]", ".apply", "frame=", ".agg", ".groupBy", "F.col", ".alias", "{", "}", "if", ":"]  # fmt: skip


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_script_breaks_it(text: str) -> None:
    lineage(script_sql(text).sql, "spark", SCHEMA, "default")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["a", "b", "Orders", "sales"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Name", "Inputs", "Mapping", "Paths", "Columns", "Keys", "Database", "Table", "FromPath", "ToKey", "Groups", "Aggs", "SqlQuery", "SqlAliases"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
KINDS = st.sampled_from(["S3CatalogSource", "ApplyMapping", "Join", "SelectFields", "Aggregate", "SparkSQL", "CatalogTarget", "RenameField", "Filter", "Union"])  # fmt: skip


@settings(deadline=None)  # a busy machine is no failure
@given(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), st.dictionaries(KINDS, JSON, max_size=1), max_size=3)
)
def test_no_graph_breaks_it(graph: dict[str, Any]) -> None:
    lineage(graph_sql(graph).sql, "spark", SCHEMA, "default")


def test_a_recursive_query_over_a_step_stays_recursive() -> None:
    told = script_sql(
        'o = spark.table("sales.orders")\no.createOrReplaceTempView("clean")\n'
        'spark.sql("WITH RECURSIVE r AS (SELECT order_id FROM clean UNION ALL SELECT order_id FROM r) SELECT order_id AS id FROM r").write.saveAsTable("mart.facts")\n'
    )
    assert "WITH RECURSIVE `clean`" in told.sql
    assert pairs(told.sql) == {("sales.orders.order_id", "mart.facts.id")}


def test_values_that_are_replaced_stay_in_their_columns() -> None:
    told = script_sql('spark.table("sales.orders").replace("", "none").write.insertInto("mart.facts")\n')
    assert "INSERT INTO `mart`.`facts`" in told.sql
    assert told.problems == ()


def test_a_name_that_no_sql_can_hold_is_told_and_the_rest_is_read() -> None:
    told = script_sql('a = spark.table("sales.orders").select("b..c")\nspark.sql("SELECT 1 AS x FROM t")\n')
    assert any("cannot be used as a name" in problem for problem in told.problems)
    assert "SELECT 1 AS x" in told.sql
