"""Lifecycle rules: what a rule does and when, what the service will refuse, and what it saves.

docs.aws.amazon.com/AmazonS3, "Transitioning objects using Amazon S3 Lifecycle" and the API reference of PutBucketLifecycleConfiguration:
at most 1,000 rules; transitions go downhill only; 30 days before IA, 30 more before Glacier after IA; below 128 KB nothing is moved unless
asked for. Prices are the list prices of us-east-1 (aws.amazon.com/s3/pricing, read 2025) and settings: an estimate.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

MOST_RULES, LONGEST_ID = 1000, 255
# Warm to cold; a rule may only move objects further down.
ORDER = (
    "STANDARD",
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
)
TARGETS = ORDER[1:]
LEAST_DAYS = {"STANDARD_IA": 30, "ONEZONE_IA": 30}
SMALLEST_MOVED = 131_072
# US dollars a GB and month, a 1,000 transitions into the class, and the days that are paid at least.
USD_PER_GB_MONTH = {
    "STANDARD": 0.023,
    "INTELLIGENT_TIERING": 0.023,
    "STANDARD_IA": 0.0125,
    "ONEZONE_IA": 0.01,
    "GLACIER_IR": 0.004,
    "GLACIER": 0.0036,
    "DEEP_ARCHIVE": 0.00099,
}
USD_PER_1000_MOVES = {
    "INTELLIGENT_TIERING": 0.01,
    "STANDARD_IA": 0.01,
    "ONEZONE_IA": 0.01,
    "GLACIER_IR": 0.02,
    "GLACIER": 0.03,
    "DEEP_ARCHIVE": 0.05,
}
_FILTER = ("Prefix", "Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan", "And")
_OURS = {
    "ID", "Status", "Filter", "Prefix", "Transitions", "Expiration", "NoncurrentVersionTransitions", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload",
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One rule as a person edits it. Days None: not; `transitions` are (days, class). `raw` is what the service holds and no field shows."""

    rule_id: str = ""
    enabled: bool = True
    prefix: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    larger_than: int | None = None
    smaller_than: int | None = None
    transitions: tuple[tuple[int, str], ...] = ()
    expire_days: int | None = None
    expire_markers: bool = False
    old_transitions: tuple[tuple[int, str], ...] = ()
    old_expire_days: int | None = None
    old_kept: int | None = None
    abort_days: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def dated(self) -> bool:
        """Whether it works by calendar dates, which this form leaves as they are."""
        moves = list(self.raw.get("Transitions") or [])
        return "Date" in (self.raw.get("Expiration") or {}) or any("Date" in move for move in moves)


def from_service(item: Mapping[str, Any]) -> Rule:
    """A rule of GetBucketLifecycleConfiguration."""
    condition = item.get("Filter") or {}
    both = condition.get("And") or condition
    tags = both.get("Tags") or ([both["Tag"]] if both.get("Tag") else [])
    expiration = item.get("Expiration") or {}
    old = item.get("NoncurrentVersionExpiration") or {}
    return Rule(
        str(item.get("ID") or ""),
        item.get("Status") == "Enabled",
        str(both.get("Prefix") or item.get("Prefix") or ""),
        tuple((tag["Key"], tag["Value"]) for tag in tags),
        both.get("ObjectSizeGreaterThan"),
        both.get("ObjectSizeLessThan"),
        tuple(
            sorted((int(t["Days"]), t["StorageClass"]) for t in item.get("Transitions") or () if "Days" in t)
        ),
        expiration.get("Days"),
        bool(expiration.get("ExpiredObjectDeleteMarker")),
        tuple(
            sorted(
                (int(t["NoncurrentDays"]), t["StorageClass"])
                for t in item.get("NoncurrentVersionTransitions") or ()
            )
        ),
        old.get("NoncurrentDays"),
        old.get("NewerNoncurrentVersions"),
        (item.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation"),
        dict(item),
    )


def to_service(rule: Rule) -> dict[str, Any]:
    """As PutBucketLifecycleConfiguration takes it; what this form does not know stays as it was."""
    found: dict[str, Any] = {name: value for name, value in rule.raw.items() if name not in _OURS}
    if rule.rule_id:
        found["ID"] = rule.rule_id
    found["Status"] = "Enabled" if rule.enabled else "Disabled"
    found["Filter"] = _filter(rule)
    dated = [t for t in rule.raw.get("Transitions") or () if "Date" in t]
    moves = dated + [{"Days": days, "StorageClass": kind} for days, kind in rule.transitions]
    if moves:
        found["Transitions"] = moves
    expiration = {k: v for k, v in (rule.raw.get("Expiration") or {}).items() if k == "Date"}
    if rule.expire_days is not None:
        expiration = {"Days": rule.expire_days}
    if rule.expire_markers:
        expiration = {"ExpiredObjectDeleteMarker": True}
    if expiration:
        found["Expiration"] = expiration
    if rule.old_transitions:
        found["NoncurrentVersionTransitions"] = [
            {"NoncurrentDays": d, "StorageClass": k} for d, k in rule.old_transitions
        ]
    if rule.old_expire_days is not None:
        old: dict[str, Any] = {"NoncurrentDays": rule.old_expire_days}
        if rule.old_kept is not None:
            old["NewerNoncurrentVersions"] = rule.old_kept
        found["NoncurrentVersionExpiration"] = old
    if rule.abort_days is not None:
        found["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": rule.abort_days}
    return found


def _filter(rule: Rule) -> dict[str, Any]:
    """Exactly one of prefix, tag, size, or And."""
    parts: dict[str, Any] = {}
    if rule.prefix:
        parts["Prefix"] = rule.prefix
    if rule.larger_than is not None:
        parts["ObjectSizeGreaterThan"] = rule.larger_than
    if rule.smaller_than is not None:
        parts["ObjectSizeLessThan"] = rule.smaller_than
    tags = [{"Key": key, "Value": value} for key, value in rule.tags]
    if len(parts) + len(tags) > 1:
        return {"And": {**parts, **({"Tags": tags} if tags else {})}}
    if tags:
        return {"Tag": tags[0]}
    return parts or {"Prefix": ""}


def problems(rules: Sequence[Rule]) -> list[str]:
    """What the service would refuse, in words; empty when it may be put."""
    found: list[str] = []
    if len(rules) > MOST_RULES:
        found.append(f"A bucket has at most {MOST_RULES:,} rules; these are {len(rules):,}.")
    ids = [rule.rule_id for rule in rules if rule.rule_id]
    found += [f"Two rules are named “{name}”." for name in sorted({n for n in ids if ids.count(n) > 1})]
    for rule in rules:
        found += [f"{rule.rule_id or 'A rule'}: {text}" for text in _wrong(rule)]
    return found


def _wrong(rule: Rule) -> list[str]:
    found: list[str] = []
    if len(rule.rule_id) > LONGEST_ID:
        found.append(f"its name is longer than {LONGEST_ID} characters.")
    does = (rule.transitions, rule.old_transitions)
    if (
        not any(does)
        and rule.expire_days is None
        and not rule.expire_markers
        and rule.old_expire_days is None
        and rule.abort_days is None
        and not rule.dated
    ):
        found.append("it does nothing.")
    for moves, last, what in (
        (rule.transitions, rule.expire_days, "objects"),
        (rule.old_transitions, rule.old_expire_days, "old versions"),
    ):
        found += _wrong_moves(moves, last, what)
    if rule.expire_days is not None and rule.expire_days < 1:
        found.append("objects can be deleted after one day at the soonest.")
    if rule.expire_markers and (rule.expire_days is not None or rule.tags):
        found.append("delete markers are removed by a rule of their own, without an age and without tags.")
    if rule.abort_days is not None and (
        rule.abort_days < 1 or rule.tags or rule.larger_than is not None or rule.smaller_than is not None
    ):
        found.append(
            "unfinished uploads are removed after one day at the soonest, by a rule without tags and sizes."
        )
    if (
        rule.larger_than is not None
        and rule.smaller_than is not None
        and rule.larger_than >= rule.smaller_than
    ):
        found.append("no object is both larger and smaller than this.")
    if rule.old_kept is not None and not 1 <= rule.old_kept <= 100:
        found.append("1 to 100 newer versions can be kept.")
    if rule.old_kept is not None and rule.old_expire_days is None:
        found.append("how many newer versions are kept belongs to deleting old ones.")
    return found


def _wrong_moves(moves: Sequence[tuple[int, str]], last: int | None, what: str) -> list[str]:
    found: list[str] = []
    ordered = sorted(moves)
    classes = [kind for _, kind in ordered]
    if len(set(classes)) != len(classes):
        found.append(f"{what} move to one class twice.")
    for days, kind in ordered:
        if kind not in TARGETS:
            found.append(f"nothing moves to {kind}.")
        elif days < LEAST_DAYS.get(kind, 0):
            found.append(f"{what} move to {kind} after {LEAST_DAYS[kind]} days at the soonest.")
    for (early, a), (late, b) in pairwise(ordered):
        if a not in ORDER or b not in ORDER:
            continue
        if ORDER.index(b) < ORDER.index(a):
            found.append(f"{what} cannot move from {a} back to {b}.")
        if a in {"STANDARD_IA", "ONEZONE_IA"} and late < early + 30:
            found.append(f"{what} stay in {a} for 30 days at least: {b} after {early + 30} days.")
        elif late == early:
            found.append(f"{what} move to {a} and {b} on the same day.")
    if last is not None and ordered and last <= ordered[-1][0]:
        found.append(f"{what} are deleted after {last} days, before they have moved to {ordered[-1][1]}.")
    return found


def as_text(rules: Sequence[Mapping[str, Any]], minimum: str) -> str:
    """The whole configuration, for comparing."""
    record = {"Rules": list(rules), **({"TransitionDefaultMinimumObjectSize": minimum} if minimum else {})}
    return json.dumps(record, indent=2, sort_keys=True, default=str, ensure_ascii=False)


def in_words(rule: Rule) -> str:
    """`to Standard-IA after 30 days, deleted after 365`."""
    from_words = {"STANDARD_IA": "Standard-IA", "ONEZONE_IA": "One Zone-IA", "INTELLIGENT_TIERING": "Intelligent-Tiering", "GLACIER_IR": "Glacier Instant", "GLACIER": "Glacier Flexible", "DEEP_ARCHIVE": "Deep Archive"}  # fmt: skip
    parts = [f"to {from_words.get(kind, kind)} after {_days(days)}" for days, kind in rule.transitions]
    if rule.expire_days is not None:
        parts.append(f"deleted after {_days(rule.expire_days)}")
    parts += [
        f"old versions to {from_words.get(kind, kind)} after {_days(days)}"
        for days, kind in rule.old_transitions
    ]
    if rule.old_expire_days is not None:
        kept = f", all but the newest {rule.old_kept}" if rule.old_kept else ""
        parts.append(f"old versions deleted after {_days(rule.old_expire_days)}{kept}")
    if rule.expire_markers:
        parts.append("lone delete markers removed")
    if rule.abort_days is not None:
        parts.append(f"unfinished uploads removed after {_days(rule.abort_days)}")
    if rule.dated:
        parts.append("on calendar dates, as the service has them")
    return ", ".join(parts) or "nothing yet"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


@dataclass(frozen=True)
class AgedBytes:
    """Objects of one class, age and size: how many and how many bytes. Age in days; `small` below 128 KB."""

    storage_class: str
    age_days: int
    small: bool
    objects: int
    size_bytes: int


@dataclass(frozen=True)
class Savings:
    """US dollars: a month once everything old enough has moved, and once for moving it; bytes deleted."""

    usd_per_month: float
    usd_once: float
    moved_bytes: int
    deleted_bytes: int


def savings(rule: Rule, aged: Sequence[AgedBytes], per_gb: Mapping[str, float] = USD_PER_GB_MONTH, per_1000: Mapping[str, float] = USD_PER_1000_MOVES) -> Savings:  # fmt: skip
    """What a rule would do to what lies there today. Retrieval and early-deletion fees are not in it: nobody knows what will be read."""
    month = once = 0.0
    moved = deleted = 0
    for part in aged:
        now = per_gb.get(part.storage_class, per_gb["STANDARD"])
        if rule.expire_days is not None and part.age_days >= rule.expire_days:
            deleted += part.size_bytes
            month += part.size_bytes / 1e9 * now
            continue
        target = next(
            (kind for days, kind in sorted(rule.transitions, reverse=True) if part.age_days >= days), ""
        )
        if (
            not target
            or part.small
            or part.storage_class not in ORDER
            or ORDER.index(target) <= ORDER.index(part.storage_class)
        ):
            continue
        moved += part.size_bytes
        month += part.size_bytes / 1e9 * (now - per_gb[target])
        once += part.objects / 1000 * per_1000[target]
    return Savings(month, once, moved, deleted)
