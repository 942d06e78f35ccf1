"""Scores of parts, freshness against a table's own rhythm, what differs between two states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dataops_desktop.ontology.differences import differences, reasons
from dataops_desktop.ontology.quality import (
    DEFAULT_WEIGHTS,
    freshness_at,
    freshness_share,
    score,
    stability_share,
)
from dataops_desktop.ontology.rhythm import partition_moment, rhythm
from dataops_desktop.ontology.snapshots import TableState

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PARTS = st.dictionaries(st.sampled_from(list(DEFAULT_WEIGHTS)), st.integers(0, 100), min_size=1)


@given(PARTS)
def test_scores_stay_between_the_worst_and_the_best_part(parts: dict[str, int]) -> None:
    assert min(parts.values()) <= score(parts) + 1
    assert score(parts) <= max(parts.values()) + 1
    assert score(dict.fromkeys(parts, 100)) == 100


def test_weights_and_parts_that_do_not_apply() -> None:
    assert score({"description": 100, "owner": 0}, {"description": 3, "owner": 1}) == 75
    assert score({"description": 100}, {"owner": 5}) == 0
    assert score({}) == 0


def test_freshness_follows_the_rhythm() -> None:
    day = 86400
    assert freshness_share(day, day) == 1
    assert freshness_share(5 * day, day) == 0
    assert 0 < freshness_share(3 * day, day) < 1
    assert freshness_share(3 * day, 30 * day) == 1
    assert freshness_at(NOW, "2027-01-01T00:00:00Z", day) == 1, "clock skew is not staleness"
    assert freshness_at(NOW, "", day) is None
    assert freshness_at(NOW, "2026-11-01T00:00:00Z", None) is None
    assert stability_share(0) == 1
    assert stability_share(9) == 0


def test_partition_dates_of_many_layouts() -> None:
    wanted = datetime(2024, 5, 1, tzinfo=UTC)
    assert partition_moment(["dt"], ["2024-05-01"]) == wanted
    assert partition_moment(["dt"], ["20240501"]) == wanted
    assert partition_moment(["year", "month", "day"], ["2024", "05", "1"]) == wanted
    assert partition_moment(["region", "dt"], ["emea", "2024-05-01"]) == wanted
    assert partition_moment(["dt"], ["2024-05-01-13"]) == wanted + timedelta(hours=13)
    for odd in (["emea"], ["99999999"], ["2024-13-45"], [""], ["-1"], ["12345678901234567890"]):
        assert partition_moment(["x"], odd) is None, odd
    assert partition_moment(["year"], ["20240501"]) is not None


def test_rhythm_needs_enough_points() -> None:
    days = [[f"2024-05-{day:02d}"] for day in range(1, 11)]
    newest, seconds = rhythm(["dt"], days, [])
    assert (newest[:10], seconds) == ("2024-05-11", 86400)
    assert rhythm(["dt"], days[:2], []) == ("", None)
    made = [f"2024-05-{day:02d}T00:00:00.000Z" for day in range(1, 8)]
    assert rhythm(["region"], [["a"]] * 7, made) == ("2024-05-07T00:00:00.000Z", 86400)
    assert rhythm(["region"], [["a"]] * 7, [made[0]] * 7)[1] is None
    assert rhythm([], [], []) == ("", None)


def test_states_survive_storing_whatever_their_text() -> None:
    odd = "x'\"\n‮💥\ud800"
    state = TableState(
        odd, odd, {"a": odd}, [(odd, "int", odd)], [("k", "string", "")], [((odd,), "s3://b", None, 3)]
    )
    assert TableState.from_bytes(state.to_bytes()) == state


def test_differences_name_what_breaks_first() -> None:
    before = TableState(
        "d.t",
        "x",
        {"location": "s3://a/", "owner": "me", "rowCount": 1},
        [("a", "int", ""), ("b", "string", "c")],
    )
    after = TableState(
        "d.t", "x", {"location": "s3://b/", "owner": "me", "rowCount": 1}, [("a", "bigint", "new")]
    )
    found = differences(before, after)
    assert [(item.aspect, item.breaks) for item in found] == [
        ("column", True), ("type", False), ("comment", False), ("location", False),
    ]  # fmt: skip
    assert (
        reasons(found)
        == "schema changed: - b, a: int → bigint; 1 column comment changed; location: s3://a/ → s3://b/"
    )


def test_partitions_that_come_go_and_move() -> None:
    def state(*parts: tuple[str, str]) -> TableState:
        return TableState(
            "d.t", partition_keys=[("dt", "string", "")], partitions=[((v,), p, None, None) for v, p in parts]
        )

    found = differences(state(("1", "a"), ("2", "b")), state(("2", "c"), ("3", "d")))
    assert [item.text for item in found] == ["partitions: 2→2 + dt=3, - dt=1, moved dt=2"]
    assert differences(state(("1", "a")), state(("1", "a"))) == []
