"""A bucket's lifecycle rules: read whole, changed, compared, put whole. Between reading and putting nothing may have changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.s3_cases import S3Cases
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.progress import Progress, ProgressSink
from dataops_desktop.objects.lifecycle import (
    SMALLEST_MOVED,
    AgedBytes,
    Rule,
    Savings,
    as_text,
    from_service,
    problems,
    savings,
    to_service,
)


@dataclass(frozen=True)
class Lifecycle:
    """The configuration as it was read. `text` is what a person compares."""

    bucket: str
    rules: tuple[Rule, ...]
    minimum: str
    text: str


class S3Lifecycles:
    """PutBucketLifecycleConfiguration replaces everything, so it is read again right before."""

    def __init__(self, context: ActionContext, cases: S3Cases) -> None:
        self._context, self._cases = context, cases

    async def read(self, bucket: str) -> Lifecycle:
        """All rules."""
        store = await self._cases.store()
        items, minimum = await self._context.signed_in("s3", store.settings.lifecycle, bucket)
        return Lifecycle(
            bucket, tuple(from_service(item) for item in items), minimum, as_text(items, minimum)
        )

    @staticmethod
    def planned(before: Lifecycle, rules: Sequence[Rule]) -> str:
        """The configuration that would be put, as text."""
        return as_text([to_service(rule) for rule in rules], before.minimum)

    async def put(self, before: Lifecycle, rules: Sequence[Rule]) -> Lifecycle:
        """Replace the configuration; InputError where the service would refuse it, or somebody changed it since it was read."""
        if found := problems(rules):
            raise InputError("\n".join(found), "Change these rules first. Nothing was put.")
        now = await self.read(before.bucket)
        if now.text != before.text:
            raise InputError(
                f"The lifecycle of {before.bucket} was changed by somebody else meanwhile.",
                "Read it again, then make your change once more. Nothing was put.",
            )
        store = await self._cases.store()
        items = [to_service(rule) for rule in rules]
        await self._context.signed_in(
            "s3", store.settings.put_lifecycle, before.bucket, items, before.minimum
        )
        return await self.read(before.bucket)

    async def aged(
        self, bucket: str, prefix: str, progress: ProgressSink, cancel: CancelToken
    ) -> list[AgedBytes]:
        """What lies below a prefix by class, age and size: a request for each thousand objects."""
        counts: Counter[tuple[str, int, bool]] = Counter()
        sizes: Counter[tuple[str, int, bool]] = Counter()
        now, seen = datetime.now(UTC), 0
        async for entries in self._cases.below(bucket, prefix, cancel.raise_if_cancelled):
            for entry in entries:
                age = (now - datetime.fromisoformat(entry.last_modified)).days
                part = entry.storage_class, age, entry.size < SMALLEST_MOVED
                counts[part] += 1
                sizes[part] += entry.size
            seen += len(entries)
            progress(Progress(f"Looking at s3://{bucket}/{prefix}", seen, None, "objects"))
        return [AgedBytes(*part, counts[part], sizes[part]) for part in counts]

    async def estimate(self, bucket: str, rule: Rule, progress: ProgressSink, cancel: CancelToken) -> Savings:
        """What one rule would save on what lies there today. Rules by tag cannot be estimated: a listing shows no tags."""
        if rule.tags:
            raise InputError(
                "A rule by tags cannot be estimated.", "A listing shows no tags; estimate it without them."
            )
        aged = await self.aged(bucket, rule.prefix, progress, cancel)
        return savings(rule, aged)
