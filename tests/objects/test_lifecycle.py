"""Lifecycle rules: read and written without loss, what the service refuses, what is saved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dataops_desktop.objects.lifecycle import (
    AgedBytes,
    Rule,
    from_service,
    in_words,
    problems,
    savings,
    to_service,
)

RULES: list[dict[str, Any]] = [
    {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}], "Expiration": {"Days": 365}},
    {"ID": "b", "Status": "Disabled", "Filter": {"And": {"Prefix": "x/", "ObjectSizeGreaterThan": 500, "Tags": [{"Key": "k", "Value": "v"}]}}, "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 2}},
    {"ID": "c", "Status": "Enabled", "Filter": {"Tag": {"Key": "k", "Value": "v"}}, "NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "ONEZONE_IA"}]},
    {"ID": "d", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3}},
    {"ID": "e", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"ExpiredObjectDeleteMarker": True}},
    {"ID": "f", "Status": "Enabled", "Filter": {"ObjectSizeLessThan": 9}, "Expiration": {"Date": "2030-01-01"}, "SomethingNew": {"Kept": 1}},
    {"ID": "g", "Status": "Enabled", "Filter": {"Prefix": "z"}, "Transitions": [{"Date": "2030-01-01", "StorageClass": "GLACIER"}]},
]  # fmt: skip


@pytest.mark.parametrize("item", RULES, ids=lambda item: item["ID"])
def test_rules_survive_the_form(item: dict[str, Any]) -> None:
    rule = from_service(item)
    assert to_service(rule) == item
    assert problems([rule]) == []
    assert in_words(rule) != "nothing yet"


def test_an_old_prefix_becomes_a_filter() -> None:
    assert to_service(from_service({"ID": "o", "Status": "Enabled", "Prefix": "p/", "Expiration": {"Days": 1}})) == {
        "ID": "o", "Status": "Enabled", "Filter": {"Prefix": "p/"}, "Expiration": {"Days": 1},
    }  # fmt: skip


GOOD = Rule("r", transitions=((30, "STANDARD_IA"), (60, "GLACIER"), (180, "DEEP_ARCHIVE")), expire_days=400)


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        (GOOD, ""),
        (Rule("r"), "does nothing"),
        (replace(GOOD, transitions=((29, "STANDARD_IA"),)), "30 days at the soonest"),
        (replace(GOOD, transitions=((30, "STANDARD_IA"), (50, "GLACIER"))), "after 60 days"),
        (replace(GOOD, transitions=((0, "GLACIER"), (40, "STANDARD_IA"))), "back to STANDARD_IA"),
        (replace(GOOD, transitions=((60, "INTELLIGENT_TIERING"), (100, "STANDARD_IA"))), "back to STANDARD_IA"),
        (replace(GOOD, transitions=((10, "GLACIER_IR"), (10, "GLACIER"))), "same day"),
        (replace(GOOD, transitions=((40, "GLACIER"), (90, "GLACIER"))), "twice"),
        (replace(GOOD, transitions=((10, "STANDARD"),)), "nothing moves to"),
        (replace(GOOD, expire_days=180), "before they have moved"),
        (replace(GOOD, expire_days=0, transitions=()), "one day at the soonest"),
        (replace(GOOD, expire_markers=True), "rule of their own"),
        (replace(GOOD, abort_days=3, tags=(("a", "b"),)), "without tags"),
        (replace(GOOD, larger_than=5, smaller_than=5), "no object"),
        (replace(GOOD, old_kept=3), "belongs to"),
        (replace(GOOD, old_kept=300, old_expire_days=2), "1 to 100"),
        (replace(GOOD, rule_id="x" * 256), "longer than"),
    ],
)  # fmt: skip
def test_what_the_service_refuses(rule: Rule, word: str) -> None:
    found = problems([rule])
    assert (word in " ".join(found)) if word else found == []


def test_names_and_numbers_of_rules() -> None:
    assert "Two rules are named" in problems([GOOD, GOOD])[0]
    assert "at most 1,000" in problems([replace(GOOD, rule_id=str(i)) for i in range(1001)])[0]


def test_savings() -> None:
    gb = 1_000_000_000
    aged = [
        AgedBytes("STANDARD", 10, False, 10, 5 * gb), AgedBytes("STANDARD", 45, False, 2000, 100 * gb), AgedBytes("STANDARD", 100, False, 1000, 10 * gb),
        AgedBytes("STANDARD", 100, True, 9000, gb), AgedBytes("GLACIER", 100, False, 5, gb), AgedBytes("STANDARD", 500, False, 1, 3 * gb),
    ]  # fmt: skip
    found = savings(GOOD, aged)
    assert found.moved_bytes == 110 * gb
    assert found.deleted_bytes == 3 * gb
    assert found.usd_per_month == pytest.approx(100 * (0.023 - 0.0125) + 10 * (0.023 - 0.0036) + 3 * 0.023)
    assert found.usd_once == pytest.approx(2 * 0.01 + 1 * 0.03)
