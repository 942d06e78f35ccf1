"""Jobs of the world: a visual one and a script, and Lake Formation's tags."""

from __future__ import annotations

from typing import Any

from dataops_desktop.sandbox.seed.writer import ACCOUNT, WorldWriter

ROLE = "arn:aws:iam::123456789012:role/etl"
SCRIPT = """import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

arguments = getResolvedOptions(sys.argv, ["JOB_NAME", "year"])
glue = GlueContext(SparkContext())
invoices = glue.create_dynamic_frame.from_catalog(database="finance_db", table_name="invoices").toDF()
invoices.createOrReplaceTempView("invoices")
spark = glue.spark_session
late = spark.sql("SELECT i.contract_id, i.paid_at FROM finance_db.invoices i JOIN contracts_db.contract_spend c ON c.contract_id = i.contract_id")
late.write.mode("overwrite").parquet("s3://acme-finance/late_invoices/")
"""
GRAPH: dict[str, Any] = {
    "node-1": {"S3CatalogSource": {"Name": "Contracts", "Database": "contracts_db", "Table": "contract_spend_2024"}},
    "node-2": {"S3CatalogSource": {"Name": "Vendors", "Database": "contracts_db", "Table": "vendor_info"}},
    "node-3": {
        "Join": {
            "Name": "By vendor", "Inputs": ["node-1", "node-2"], "JoinType": "equijoin",
            "Columns": [{"From": "node-1", "Keys": [["vendor_id"]]}, {"From": "node-2", "Keys": [["vendor_id"]]}],
        }
    },
    "node-4": {
        "S3GlueParquetTarget": {
            "Name": "Enriched", "Inputs": ["node-3"], "Path": "s3://acme-contracts/enriched/", "Compression": "snappy",
            "SchemaChangePolicy": {"EnableUpdateCatalog": True, "UpdateBehavior": "UPDATE_IN_DATABASE", "Database": "contracts_db", "Table": "enriched_contracts"},
        }
    },
}  # fmt: skip


def seed_jobs(writer: WorldWriter) -> None:
    """Two jobs; one that fails."""
    writer.put("acme-finance", "scripts/late_invoices.py", SCRIPT.encode())
    common: dict[str, Any] = {
        "role": ROLE, "log_uri": "", "execution_property": {"MaxConcurrentRuns": 1}, "non_overridable_arguments": {}, "max_retries": 0,
        "allocated_capacity": 0, "timeout": 60, "max_capacity": 0.0, "security_configuration": "", "tags": {}, "notification_property": {},
        "glue_version": "5.0", "number_of_workers": 2, "worker_type": "G.1X", "execution_class": "STANDARD", "source_control_details": {},
    }  # fmt: skip
    writer.glue.create_job(
        name="enrich-contracts", description="Contracts with the names of their vendors", connections={},
        command={"Name": "glueetl", "ScriptLocation": "s3://acme-contracts/scripts/enrich.py", "PythonVersion": "3"},
        default_arguments={"--job-language": "python", "--enable-metrics": "true"}, code_gen_configuration_nodes=GRAPH, **common,
    )  # fmt: skip
    writer.put("acme-contracts", "scripts/enrich.py", b"# Generated from the visual job\n")
    writer.glue.create_job(
        name="late-invoices", description="Invoices paid after their contract's end", connections={"Connections": ["erp"]},
        command={"Name": "glueetl", "ScriptLocation": "s3://acme-finance/scripts/late_invoices.py", "PythonVersion": "3"},
        default_arguments={"--year": "2024"}, code_gen_configuration_nodes={}, **common,
    )  # fmt: skip
    writer.glue.create_job(
        name="nightly-reconciliation", description="Fails until its source is back", connections={},
        command={"Name": "pythonshell", "ScriptLocation": "s3://acme-finance/scripts/reconcile.py", "PythonVersion": "3.9"},
        default_arguments={"--sandbox-fails": "The ledger of 2025 is not there yet"}, code_gen_configuration_nodes={}, **common,
    )  # fmt: skip
    writer.put("acme-finance", "scripts/reconcile.py", b"import sys\n")


def seed_tags() -> None:
    """Lake Formation tags on a database, a table and a column."""
    from moto.lakeformation.models import lakeformation_backends

    from dataops_desktop.sandbox.seed.writer import REGION

    backend = lakeformation_backends[ACCOUNT][REGION]
    backend.create_lf_tag(ACCOUNT, "sensitivity", ["public", "internal", "restricted"])
    backend.add_lf_tags_to_resource(
        ACCOUNT,
        {"Database": {"CatalogId": ACCOUNT, "Name": "personnel_db"}},
        [{"TagKey": "sensitivity", "TagValues": ["restricted"]}],  # type: ignore[dict-item]
    )
    columns = {
        "CatalogId": ACCOUNT,
        "DatabaseName": "finance_db",
        "Name": "invoices",
        "ColumnNames": ["amount"],
    }
    backend.add_lf_tags_to_resource(
        ACCOUNT, {"TableWithColumns": columns}, [{"TagKey": "sensitivity", "TagValues": ["internal"]}]
    )  # type: ignore[dict-item]
