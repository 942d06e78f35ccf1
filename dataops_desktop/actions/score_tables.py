"""Quality scores after what time and people change: freshness, stability, owners, descriptions, profiles, weights.

A sync scores the tables it writes; this goes over those whose score can change without the source changing, and writes only the
scores that did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dataops_desktop.actions.glue_import import SCORE_CAUSES, score_warnings
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.catalog_store import TableWarning
from dataops_desktop.interfaces.clock import utc_now
from dataops_desktop.interfaces.workspace import SettingsStore, Workspace
from dataops_desktop.ontology.quality import DEFAULT_WEIGHTS, freshness_at, score, stability_share

WEIGHTS = "quality.weights"
PAGE = 2_000


def quality_weights(settings: SettingsStore) -> Mapping[str, int]:
    """The person's weights over the defaults."""
    stored = settings.setting(WEIGHTS)
    own = {k: int(v) for k, v in stored.items() if k in DEFAULT_WEIGHTS} if isinstance(stored, dict) else {}
    return {**DEFAULT_WEIGHTS, **own}


def set_quality_weights(workspace: Workspace, weights: Mapping[str, int]) -> int:
    """Store weights and score every table again; returns how many scores changed. InputError where none counts."""
    kept = {name: max(0, min(100, int(weights.get(name, 0)))) for name in DEFAULT_WEIGHTS}
    if not any(kept.values()):
        raise InputError("At least one part must have a weight.", "Give one of them more than 0.")
    workspace.settings.set_setting(WEIGHTS, kept)
    return score_tables(workspace, everything=True)


def score_table(workspace: Workspace, key: int) -> None:
    """After a person's word on one table."""
    page = workspace.catalog.scored(key - 1, 1, True)
    if page and page[0]["key"] == key:
        _write(workspace, page)


def score_tables(workspace: Workspace, everything: bool = False) -> int:
    """Write the scores that changed; returns how many rows."""
    after, written = 0, 0
    while page := workspace.catalog.scored(after, PAGE, everything):
        after = page[-1]["key"]
        written += _write(workspace, page)
    return written


def _write(workspace: Workspace, page: list[dict[str, Any]]) -> int:
    now, weights = utc_now(), quality_weights(workspace.settings)
    scores: list[tuple[int, int, Mapping[str, int]]] = []
    warnings: dict[int, list[TableWarning]] = {}
    for record in page:
        parts = _parts(record, freshness_at(now, record["fresh_at"], record["rhythm_s"]))
        quality = score(parts, weights)
        if quality != record["quality"] or parts != record["parts"]:
            scores.append((record["key"], quality, parts))
            warnings[record["key"]] = score_warnings(quality, record["fresh_at"], record["rhythm_s"], now)
    return workspace.catalog.set_scores(scores, warnings, SCORE_CAUSES)


def _parts(record: Mapping[str, Any], fresh: float | None) -> dict[str, int]:
    parts = dict(record["parts"])
    parts["description"] = 100 if record["described"] or str(record["description"]).strip() else 0
    parts["owner"] = 100 if str(record["owner"]).strip() else 0
    if (columns := record["columns"]) and "column_comments" in parts:
        parts["column_comments"] = round(record["commented"] / columns * 100)
    parts["stability"] = round(stability_share(record["schema_changes"]) * 100)
    if fresh is not None:
        parts["freshness"] = round(fresh * 100)
    if record["null_share"] is not None:
        parts["profile"] = round((1 - record["null_share"]) * 100)
    return parts
