"""The mock-ups' world: contracts, personnel, logistics and finance, with the odd tables that cause each warning."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from dataops_desktop.sandbox.athena.table_sources import encode_view
from dataops_desktop.sandbox.permissions import PERMISSIONS
from dataops_desktop.sandbox.seed.writer import WorldWriter, created

Columns = list[tuple[str, str, str]]

CONTRACT_COLUMNS: Columns = [
    ("contract_id", "string", "Contract number, unique"),
    ("vendor_id", "string", "Vendor the contract is with; joins vendor_info.vendor_id"),
    ("department", "string", "Department that signed"),
    ("amount", "decimal(12,2)", "Committed amount in US dollars"),
    ("signed_on", "date", "Date of signature"),
    ("renewal", "boolean", "Whether it renews an earlier contract"),
]
DEPARTMENTS = ["Operations", "Research", "Facilities", "Legal", "Information Technology"]


def _contracts(rows: int, year: int, seed: int) -> pa.Table:
    source = random.Random(seed)
    first = date(year, 1, 1)
    from decimal import Decimal

    return pa.table(
        {
            "contract_id": [f"C-{year}-{i:05d}" for i in range(rows)],
            # A few vendors take most of the money, as in life.
            "vendor_id": [f"VEN-{int(source.paretovariate(1.1)) % 240 + 1:03d}" for _ in range(rows)],
            "department": [source.choice(DEPARTMENTS) for _ in range(rows)],
            "amount": pa.array(
                [Decimal(source.randrange(50_000, 45_000_000)) / 100 for _ in range(rows)],
                pa.decimal128(12, 2),
            ),
            "signed_on": [first + timedelta(days=source.randrange(365)) for _ in range(rows)],
            "renewal": [source.random() < 0.3 for _ in range(rows)],
        }
    )


def seed_world(writer: WorldWriter) -> None:
    """Everything except the flights."""
    for name in (
        "acme-contracts",
        "acme-personnel",
        "acme-logistics",
        "acme-finance",
        "dataops-query-results",
    ):
        writer.bucket(name)
    _contracts_db(writer)
    _personnel_db(writer)
    _logistics_db(writer)
    _finance_db(writer)


def _contracts_db(writer: WorldWriter) -> None:
    writer.database("contracts_db", "Contracts and vendors of ACME, loaded nightly")
    writer.dataset(
        "contracts_db", "contract_spend_2024", "acme-contracts", "contract_spend_2024", "parquet",
        _contracts(8_000, 2024, 1), CONTRACT_COLUMNS, description="Signed contracts of 2024", owner="procurement",
    )  # fmt: skip
    years = pa.concat_tables(
        [
            table.append_column("year", pa.array([year] * table.num_rows, pa.int32()))
            for year, table in ((year, _contracts(3_000, year, year)) for year in (2021, 2022, 2023, 2024))
        ]
    )
    writer.dataset(
        "contracts_db", "contract_spend", "acme-contracts", "contract_spend", "parquet", years, CONTRACT_COLUMNS,
        partition=("year", "int", "Year of signature"), description="All contracts since 2021, one partition a year", owner="procurement",
    )  # fmt: skip
    source = random.Random(7)
    vendors = pa.table(
        {
            "vendor_id": [f"VEN-{i:03d}" for i in range(1, 241)],
            "name": [
                f"{source.choice(['Northwind', 'Contoso', 'Fabrikam', 'Tailspin', 'Litware'])} {source.choice(['Supplies', 'Systems', 'Labs', 'Logistics'])} {i}"
                for i in range(1, 241)
            ],
            "country": [source.choice(["US", "DE", "FR", "GB", "JP", "CA"]) for _ in range(240)],
            "tier": [source.choice(["gold", "silver", "bronze"]) for _ in range(240)],
        }
    )
    writer.dataset(
        "contracts_db", "vendor_info", "acme-contracts", "vendor_info", "csv", vendors,
        [("vendor_id", "string", "Vendor number"), ("name", "string", "Legal name"), ("country", "string", "ISO 3166 country"), ("tier", "string", "Purchasing tier")],
        description="Vendors ACME has contracts with", owner="procurement",
    )  # fmt: skip
    writer.dataset(
        "contracts_db", "new_contracts_q4", "acme-contracts", "new_contracts_q4", "json",
        _contracts(400, 2024, 44), CONTRACT_COLUMNS, description="Contracts signed in the fourth quarter, before review", owner="procurement",
    )  # fmt: skip
    legacy = writer.table(
        "contracts_db", "legacy_data", "csv", "s3://acme-contracts/legacy_data/",
        [("id", "int", "Row number"), ("amount", "double", "Amount"), ("note", "string", "Free text")],
        keys=[("year", "string", "Year")], description="Contracts before 2015, moved from the old system", owner="procurement",
    )  # fmt: skip
    stored = legacy.as_dict()["StorageDescriptor"]
    # The odd one: a partition that still says amount is a string.
    for year, kind in (("2013", "string"), ("2014", "double")):
        writer.put(
            "acme-contracts",
            f"legacy_data/year={year}/part-00000.csv",
            f"id,amount,note\n1,10.5,moved {year}\n2,7.25,\n".encode(),
        )
        columns = [{**c, "Type": kind} if c["Name"] == "amount" else c for c in stored["Columns"]]
        legacy.create_partition(
            {
                "Values": [year],
                "StorageDescriptor": {
                    **stored,
                    "Columns": columns,
                    "Location": f"s3://acme-contracts/legacy_data/year={year}/",
                },
                "Parameters": {},
            }
        )
    _view(
        writer, "contracts_db", "vendor_spend",
        "SELECT v.name, c.vendor_id, SUM(c.amount) AS total_spend, COUNT(*) AS contract_count\nFROM contract_spend_2024 c\nJOIN vendor_info v ON v.vendor_id = c.vendor_id\nGROUP BY v.name, c.vendor_id",
        [("name", "string"), ("vendor_id", "string"), ("total_spend", "decimal(38,2)"), ("contract_count", "bigint")],
        "Spend per vendor in 2024",
    )  # fmt: skip


def _view(
    writer: WorldWriter, database: str, name: str, sql: str, columns: list[tuple[str, str]], description: str
) -> None:
    listed = [{"Name": n, "Type": t} for n, t in columns]
    created(
        writer.glue.create_table(
            database,
            name,
            {
                "Name": name,
                "Description": description,
                "TableType": "VIRTUAL_VIEW",
                "Parameters": {"presto_view": "true", "comment": "Presto View"},
                "PartitionKeys": [],
                "StorageDescriptor": {"Columns": listed, "Location": "", "SerdeInfo": {}},
                "ViewOriginalText": encode_view(sql, database, [{"name": n, "type": t} for n, t in columns]),
                "ViewExpandedText": "/* Presto View */",
            },
        )
    )


def _personnel_db(writer: WorldWriter) -> None:
    source = random.Random(11)
    writer.database("personnel_db", "People, restricted")
    people: list[dict[str, Any]] = [
        {
            "employee_id": i,
            "name": f"{source.choice(['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Katherine'])} {source.choice(['Moreau', 'Schmidt', 'Tanaka', 'Okafor', 'Lindqvist'])}",
            "email": f"person{i}@acme.example",
            "department": source.choice(DEPARTMENTS),
            "address": {
                "city": source.choice(["Lyon", "Berlin", "Osaka", "Leeds"]),
                "zip": f"{source.randrange(10000, 99999)}",
            },
            "skills": source.sample(["sql", "python", "spark", "law", "audit"], 2),
        }
        for i in range(1, 501)
    ]
    columns: Columns = [
        ("employee_id", "bigint", "Employee number"), ("name", "string", "Full name"), ("email", "string", "Work e-mail"),
        ("department", "string", "Department"), ("address", "struct<city:string,zip:string>", "Home address"), ("skills", "array<string>", "Skills, free text"),
    ]  # fmt: skip
    writer.dataset(
        "personnel_db",
        "employees",
        "acme-personnel",
        "employees",
        "json",
        pa.Table.from_pylist(people),
        columns,
        description="One row an employee",
        owner="people-team",
    )
    updates = pa.table(
        {
            "employee_id": list(range(1, 61)),
            "field": ["department"] * 60,
            "changed_on": [date(2024, 1, 1) + timedelta(days=i) for i in range(60)],
        }
    )
    writer.dataset(
        "personnel_db", "employee_updates", "acme-personnel", "employee_updates", "parquet", updates,
        [("employee_id", "bigint", "Employee number"), ("field", "string", "Changed field"), ("changed_on", "date", "Day of change")],
        description="Changes to employee records", owner="people-team",
    )  # fmt: skip
    writer.dataset(
        "personnel_db", "temp_table", "acme-personnel", "tmp/temp_table", "csv", pa.table({"id": [1, 2, 3], "value": ["a", "b", ""]}),
        [("id", "int", "Row number"), ("value", "string", "Value")], owner="people-team",
    )  # fmt: skip


def _logistics_db(writer: WorldWriter) -> None:
    source = random.Random(13)
    writer.database("logistics_db", "Shipments and warehouses")
    rows = 6_000
    shipments = pa.table(
        {
            "shipment_id": [f"S{i:06d}" for i in range(rows)],
            "vendor_id": [f"VEN-{source.randrange(1, 241):03d}" for _ in range(rows)],
            "weight_kg": [round(source.uniform(0.2, 900), 2) for _ in range(rows)],
            "shipped_on": [date(2024, 1, 1) + timedelta(days=source.randrange(365)) for _ in range(rows)],
            "region": [source.choice(["amer", "apac", "emea"]) for _ in range(rows)],
        }
    )
    columns: Columns = [
        ("shipment_id", "string", "Shipment number"), ("vendor_id", "string", "Vendor that ships"),
        ("weight_kg", "double", "Weight in kilograms"), ("shipped_on", "date", "Day it left"),
    ]  # fmt: skip
    writer.dataset(
        "logistics_db", "shipment_tracking", "acme-logistics", "shipment_tracking", "parquet", shipments, columns,
        partition=("region", "string", "Sales region"), description="Shipments of 2024 by region", owner="logistics",
    )  # fmt: skip
    # Low quality: no column comments, no owner, no statistics, one lonely sentence.
    writer.put("acme-logistics", "old_shipments/data.csv", b"a,b,c\n1,2,3\n4,5,6\n")
    writer.table(
        "logistics_db",
        "old_shipments",
        "csv",
        "s3://acme-logistics/old_shipments/",
        [("a", "string", ""), ("b", "string", ""), ("c", "string", "")],
        description="Old shipments",
    )
    # A table without columns, as a crawler leaves one over files it could not read.
    writer.table(
        "logistics_db",
        "unreadable_scans",
        "csv",
        "s3://acme-logistics/unreadable_scans/",
        [],
        description="Scanned delivery notes",
    )


def _finance_db(writer: WorldWriter) -> None:
    source = random.Random(17)
    writer.database("finance_db", "Ledgers and budgets")
    rows = 1_500
    invoices = pa.table(
        {
            "invoice_id": [f"I-{i:05d}" for i in range(rows)],
            "contract_id": [f"C-2024-{source.randrange(8000):05d}" for _ in range(rows)],
            "paid_at": pa.array(
                [1_704_067_200_000 + source.randrange(31_000_000) * 1000 for _ in range(rows)],
                pa.timestamp("ms"),
            ),
            "amount": [round(source.uniform(50, 90_000), 2) for _ in range(rows)],
        }
    )
    writer.dataset(
        "finance_db", "invoices", "acme-finance", "invoices", "parquet", invoices,
        [("invoice_id", "string", "Invoice number"), ("contract_id", "string", "Contract it belongs to"), ("paid_at", "timestamp", "Time of payment, UTC"), ("amount", "double", "Paid amount in US dollars")],
        description="Paid invoices", owner="finance",
    )  # fmt: skip
    budget = pa.table(
        {"department": DEPARTMENTS, "budget": [1.5e6, 2.25e6, 4e5, 3e5, 1e6], "year": [2024] * 5}
    )
    writer.dataset(
        "finance_db", "budget_2024", "acme-finance", "budget_2024", "parquet", budget,
        [("department", "string", "Department"), ("budget", "double", "Budget in US dollars")],
        partition=("year", "int", "Budget year"), description="Budgets, restricted", owner="finance",
    )  # fmt: skip
    PERMISSIONS.deny("finance_db", "budget_2024")
