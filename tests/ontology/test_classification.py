"""What a column holds, by name, comment and values."""

from __future__ import annotations

import pytest

from benchmarks.classification import precision_and_recall
from dataops_desktop.ontology.classification import propose_from_name, propose_from_values, words


def kind(name: str, type_name: str = "string", comment: str = "", table: str = "") -> str:
    found = propose_from_name(name, type_name, comment, table)
    return found.kind if found else ""


def test_labelled_set_meets_its_bar() -> None:
    precision, recall, count, wrong = precision_and_recall()
    assert count > 1000
    assert precision >= 0.95, wrong
    assert recall >= 0.9, wrong


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("email", "email"), ("billingEmailAddr", "email"), ("e_mail", "email"), ("email_sent_at", ""), ("is_email_verified", ""), ("mobile_no", "phone"),
        ("phone_model", ""), ("customer_name", "person_name"), ("vendor_name", ""), ("ip_address", ""), ("zip_code", "location"), ("zip_file", ""), ("lat", "location"),
        ("latency", ""), ("password_hash", "credentials"), ("password_changed_at", ""), ("token_count", ""), ("iban", "bank_account"), ("passport_no", "national_id"),
        ("cvv", "card_number"), ("icd10_code", "health"), ("", ""), ("💥", ""), ("‮email", "email"), ("a" * 10_000, ""),
    ],
)  # fmt: skip
def test_names(name: str, wanted: str) -> None:
    assert kind(name) == wanted


def test_types_tables_and_comments_count() -> None:
    assert kind("email", "bigint") == ""
    assert kind("email", "boolean") == ""
    assert kind("phone", "bigint") == "phone"
    assert kind("name", table="employees") == "person_name"
    assert kind("name", table="products") == ""
    assert kind("contact", comment="E-mail address of the buyer") == "email"
    assert kind("contact", comment="Whether the e-mail address was verified") == ""
    assert words("billingEmailAddr_2") == ("billing", "email", "addr", "2")


def test_values_say_more_than_names() -> None:
    cards = [
        "4111 1111 1111 1111",
        "5500000000000004",
        "340000000000009",
        "6011000000000004",
        "4012888888881881",
    ]
    assert propose_from_values(cards).kind == "card_number"
    assert propose_from_values(["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "FR1420041010050500013M02606"] * 2).kind == "bank_account"  # fmt: skip
    assert propose_from_values([f"p{i}@acme.example" for i in range(5)]).kind == "email"
    assert propose_from_values([f"+49 30 12345{i}" for i in range(5)]).kind == "phone"
    assert propose_from_values([f"123-45-678{i}" for i in range(5)]).kind == "national_id"
    assert propose_from_values([f"AKIAIOSFODNN7EXAMPL{i}" for i in range(5)]).kind == "credentials"


@pytest.mark.parametrize(
    "values",
    [
        [f"2024-01-0{i}" for i in range(1, 9)], [str(10**15 + i) for i in range(20)], [f"10.0.0.{i}" for i in range(9)], ["x@y"] * 9, ["a@b.example"] * 4,
        ["", "  "] * 9, [f"{i:05d}" for i in range(9)], [f"C-2024-{i:05d}" for i in range(9)],
    ],
)  # fmt: skip
def test_values_that_only_look_alike(values: list[str]) -> None:
    assert propose_from_values(values) is None
