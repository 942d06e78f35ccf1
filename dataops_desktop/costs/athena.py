"""What an Athena query costs.

Facts (estimates; a setting can replace the rate): $5 per TB scanned in most regions, rounded up to the nearest megabyte,
10 MB minimum per query; statements that scan nothing (DDL) and FAILED queries are free; CANCELLED queries are charged for
what was scanned; a reused result scans nothing. Source: the Athena pricing text as quoted in public copies, see
docs/decisions/0005-athena-price.md. AWS does not say whether a TB is 10^12 or 2^40 bytes there: 10^12 is used, the dearer
reading and the specification's formula.
"""

from __future__ import annotations

MB = 1_000_000
TB = 1_000_000_000_000
MINIMUM_BYTES = 10 * MB
DEFAULT_USD_PER_TB = 5.0


def billed_bytes(bytes_scanned: int) -> int:
    """Bytes that are charged for: nothing for nothing, else at least 10 MB, rounded up to the megabyte."""
    if bytes_scanned <= 0:
        return 0
    return max(MINIMUM_BYTES, -(-bytes_scanned // MB) * MB)


def query_cost_usd(
    bytes_scanned: int, state: str = "SUCCEEDED", usd_per_tb: float = DEFAULT_USD_PER_TB
) -> float:
    """US dollars for one query in its final state."""
    if state == "FAILED":
        return 0.0
    return billed_bytes(bytes_scanned) / TB * usd_per_tb
