"""Copying, moving, renaming and deleting objects and whole folders, with progress, cancel, a report of what stayed, and undo where S3 can.

A bucket with versioning keeps what is deleted or replaced: undo removes the delete marker, or the new version. Without it a move can
be moved back as long as nothing was replaced; a deletion is for ever, and the window says so before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.s3_cases import S3Cases
from dataops_desktop.errors import CancelledByUserError, DataOpsError, InputError, NotFoundError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.object_store import NotDone, ObjectStore, WriteOptions
from dataops_desktop.interfaces.progress import Progress, ProgressSink
from dataops_desktop.objects.addresses import ObjectAddress, clean_key

BATCH = 1000  # DeleteObjects
AT_ONCE = 4  # as many threads as a connector has
MOST_LISTED = 1_000_000
STORAGE_CLASSES = (
    "STANDARD",
    "INTELLIGENT_TIERING",
    "STANDARD_IA",
    "ONEZONE_IA",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
)
ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})


@dataclass(frozen=True)
class Undo:
    """How an operation is taken back: versions to delete for good, then objects to move back."""

    title: str
    versions: tuple[tuple[str, str, str], ...] = ()  # (bucket, key, version id)
    moves: tuple[tuple[ObjectAddress, ObjectAddress], ...] = ()  # (from, to)


@dataclass
class EditReport:
    """What was done. `left` names each key that stayed as it was and why."""

    done: int = 0
    size_bytes: int = 0
    left: list[NotDone] = field(default_factory=list)
    undo: Undo | None = None
    cancelled: bool = False


class ObjectEdits:
    """Changes asked for by a person. Every one ends with a report; a cancelled one too."""

    def __init__(self, context: ActionContext, cases: S3Cases) -> None:
        self._context, self._cases = context, cases

    async def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await self._context.signed_in("s3", function, *arguments)

    async def keeps_versions(self, bucket: str) -> bool:
        """Whether what is deleted or replaced can come back; False where it may not be asked."""
        return (await self._cases.facts(bucket)).versioning == "Enabled"

    async def expand(
        self, targets: Sequence[ObjectAddress], progress: ProgressSink, cancel: CancelToken
    ) -> list[tuple[ObjectAddress, str, int]]:
        """(object, its path from the target's own folder, bytes) of everything the targets hold; folders with their markers."""
        store = await self._cases.store()
        found: list[tuple[ObjectAddress, str, int]] = []
        for target in targets:
            above = len(target.parent.key) if target.key else 0
            if not target.is_folder:
                head = await self._ask(store.head, target.bucket, target.key)
                found.append((target, target.key[above:], head.size))
                continue
            async for entries in self._cases.below(target.bucket, target.key, cancel.raise_if_cancelled):
                found += [(ObjectAddress(target.bucket, e.key), e.key[above:], e.size) for e in entries]
                progress(Progress("Listing", len(found), None, "objects"))
                if len(found) > MOST_LISTED:
                    raise InputError(
                        f"{target.uri} holds more than {MOST_LISTED:,} objects.",
                        "Take its folders one by one; for deleting all, a lifecycle rule costs nothing.",
                    )
        return found

    async def delete(
        self, targets: Sequence[ObjectAddress], progress: ProgressSink, cancel: CancelToken, for_good: bool = False
    ) -> EditReport:  # fmt: skip
        """Objects and folders. `for_good` also deletes every version; else a versioned bucket keeps them, and undo brings them back."""
        report = EditReport()
        buckets = {target.bucket for target in targets}
        try:
            for bucket in buckets:
                mine = [target for target in targets if target.bucket == bucket]
                if for_good:
                    await self._delete_versions(bucket, mine, report, progress, cancel)
                else:
                    names = [(at.key, "") for at, _, _ in await self.expand(mine, progress, cancel)]
                    await self._delete_named(bucket, names, report, progress, cancel)
        except CancelledByUserError:
            report.cancelled = True
        if report.undo is not None and for_good:
            report.undo = None
        return report

    async def delete_versions(
        self, bucket: str, names: Sequence[tuple[str, str]], progress: ProgressSink, cancel: CancelToken
    ) -> EditReport:
        """(key, version id) for good."""
        report = EditReport()
        await self._delete_named(bucket, names, report, progress, cancel)
        return report

    async def _delete_versions(
        self, bucket: str, targets: Sequence[ObjectAddress], report: EditReport, progress: ProgressSink, cancel: CancelToken
    ) -> None:  # fmt: skip
        store = await self._cases.store()
        for target in targets:
            token: str | None = None
            while True:
                cancel.raise_if_cancelled()
                page, token = await self._ask(store.versions, bucket, target.key, token)
                names = [(v.key, v.version_id) for v in page if target.is_folder or v.key == target.key]
                await self._delete_named(bucket, names, report, progress, cancel)
                if token is None:
                    break

    async def _delete_named(
        self, bucket: str, names: Sequence[tuple[str, str]], report: EditReport, progress: ProgressSink, cancel: CancelToken
    ) -> None:  # fmt: skip
        store = await self._cases.store()
        for start in range(0, len(names), BATCH):
            cancel.raise_if_cancelled()
            batch = names[start : start + BATCH]
            markers, left = await self._ask(store.edits.delete, bucket, batch)
            report.done += len(batch) - len(left)
            report.left += left
            if markers:
                before = report.undo.versions if report.undo else ()
                report.undo = Undo("Delete", (*before, *((bucket, key, version) for key, version in markers)))
            progress(Progress("Deleting", report.done, len(names), "objects"))

    async def copy(
        self,
        targets: Sequence[ObjectAddress],
        to: ObjectAddress,
        progress: ProgressSink,
        cancel: CancelToken,
        *,
        move: bool = False,
        replace: bool = False,
        options: WriteOptions | None = None,
    ) -> EditReport:
        """Into the folder `to`, each under its own name; folders with all they hold."""
        if not to.is_folder:
            raise InputError(f"{to.uri} is not a folder.", "A folder ends in a slash.")
        for target in targets:
            if target.key.endswith("/") and to.bucket == target.bucket and to.key.startswith(target.key):
                raise InputError(f"{target.uri} cannot go into itself.", "Choose another folder.")
        found = await self.expand(targets, progress, cancel)
        pairs = [(at, ObjectAddress(to.bucket, to.key + path), size) for at, path, size in found]
        return await self._copy_all(pairs, progress, cancel, move, replace, options or WriteOptions())

    async def rename(
        self, target: ObjectAddress, name: str, progress: ProgressSink, cancel: CancelToken
    ) -> EditReport:
        """An object or a folder, within its folder."""
        name = name.strip("/")
        if "/" in name:
            raise InputError("A name holds no slash.", "Use Move for another folder.")
        new = clean_key(target.parent.key + name) + ("/" if target.key.endswith("/") else "")
        if new == target.key:
            return EditReport()
        found = await self.expand([target], progress, cancel)
        cut = len(target.key)
        pairs = [(at, ObjectAddress(at.bucket, new + at.key[cut:]), size) for at, _, size in found]
        if not pairs:
            raise NotFoundError(f"{target.uri} is not there any more.", "Refresh the folder.")
        return await self._copy_all(pairs, progress, cancel, True, False, WriteOptions())

    async def _copy_all(
        self, pairs: Sequence[tuple[ObjectAddress, ObjectAddress, int]], progress: ProgressSink, cancel: CancelToken, move: bool, replace: bool,
        options: WriteOptions,
    ) -> EditReport:  # fmt: skip
        store = await self._cases.store()
        report = EditReport()
        versions: list[tuple[str, str, str]] = []
        moves: list[tuple[ObjectAddress, ObjectAddress]] = []
        moved: list[tuple[str, str]] = []
        verb = "Moving" if move else "Copying"

        async def one(pair: tuple[ObjectAddress, ObjectAddress, int]) -> None:
            at, to, size = pair
            try:
                if not replace and await self._exists(store, to):
                    report.left.append(NotDone(at.key, f"There is a {to.key} already."))
                    return
                version = await self._ask(
                    store.edits.copy, at.bucket, at.key, to.bucket, to.key, options, cancel.raise_if_cancelled
                )
            except CancelledByUserError:
                raise
            except DataOpsError as error:
                report.left.append(NotDone(at.key, error.message))
                return
            if version and version != "null":
                versions.append((to.bucket, to.key, version))
            elif not replace:
                moves.append((to, at))
            moved.append((at.bucket, at.key))
            report.done += 1
            report.size_bytes += size
            progress(Progress(verb, report.done, len(pairs), "objects"))

        try:
            await _in_turns(pairs, one, cancel)
        except CancelledByUserError:
            report.cancelled = True
        if move:
            # What was copied is deleted even when the rest was cancelled: nothing is left in two places.
            removed = EditReport()
            keep_on = CancelToken()
            for bucket in {bucket for bucket, _ in moved}:
                names = [(key, "") for of, key in moved if of == bucket]
                await self._delete_named(bucket, names, removed, lambda _: None, keep_on)
            report.left += [
                NotDone(item.key, f"Copied, but not deleted: {item.reason}") for item in removed.left
            ]
            if removed.undo is not None:
                versions += removed.undo.versions
                moves = []
            elif versions:  # the source keeps no versions, the target does: copied back, then the copies go
                moves, versions = [], []
        title = "Move" if move else "Copy"
        if versions:
            report.undo = Undo(title, tuple(versions))
        elif moves:
            report.undo = Undo(title, (), tuple(moves)) if move else None
        return report

    async def _exists(self, store: ObjectStore, at: ObjectAddress) -> bool:
        try:
            await self._ask(store.head, at.bucket, at.key)
        except NotFoundError:
            return False
        return True

    async def change(
        self, targets: Sequence[ObjectAddress], options: WriteOptions, progress: ProgressSink, cancel: CancelToken
    ) -> EditReport:  # fmt: skip
        """Another storage class or encryption: each object is copied onto itself."""
        found = await self.expand(targets, progress, cancel)
        pairs = [(at, at, size) for at, _, size in found if not at.key.endswith("/")]
        return await self._copy_all(pairs, progress, cancel, False, True, options)

    async def restore(
        self, targets: Sequence[ObjectAddress], days: int, tier: str, progress: ProgressSink, cancel: CancelToken
    ) -> EditReport:  # fmt: skip
        """Ask for readable copies of archived objects; others are left alone and named."""
        store = await self._cases.store()
        found = await self.expand(targets, progress, cancel)
        report = EditReport()

        async def one(item: tuple[ObjectAddress, str, int]) -> None:
            at, _, size = item
            try:
                await self._ask(store.edits.restore, at.bucket, at.key, days, tier)
            except DataOpsError as error:
                report.left.append(NotDone(at.key, error.message))
                return
            report.done += 1
            report.size_bytes += size
            progress(Progress("Asking for", report.done, len(found), "objects"))

        try:
            await _in_turns(found, one, cancel)
        except CancelledByUserError:
            report.cancelled = True
        return report

    async def bring_back(self, at: ObjectAddress, version_id: str, is_marker: bool) -> EditReport:
        """An old version as the newest again; a delete marker is taken away."""
        store = await self._cases.store()
        report = EditReport(1)
        if is_marker:
            await self._ask(store.edits.delete, at.bucket, [(at.key, version_id)])
            return report
        new = await self._ask(store.edits.bring_back, at.bucket, at.key, version_id)
        if new and new != "null":
            report.undo = Undo("Bring back", ((at.bucket, at.key, new),))
        return report

    async def set_tags(self, at: ObjectAddress, tags: dict[str, str]) -> None:
        """All of an object's tags anew."""
        store = await self._cases.store()
        await self._ask(store.edits.set_tags, at.bucket, at.key, tags)

    async def new_folder(self, at: ObjectAddress, name: str) -> ObjectAddress:
        """A marker of no bytes; S3 itself knows no folders."""
        store = await self._cases.store()
        key = clean_key(at.folder.key + name.strip("/")) + "/"
        await self._ask(store.edits.put_empty, at.bucket, key)
        return ObjectAddress(at.bucket, key)

    async def abort_uploads(self, uploads: Iterable[tuple[str, str, str]]) -> int:
        """Remove unfinished uploads, (bucket, key, upload id); returns how many."""
        store = await self._cases.store()
        count = 0
        for bucket, key, upload_id in uploads:
            await self._ask(store.transfers.abort, bucket, key, upload_id)
            count += 1
        return count

    async def undo(self, undo: Undo, progress: ProgressSink, cancel: CancelToken) -> EditReport:
        """Take an operation back."""
        report = EditReport()
        for bucket in {bucket for bucket, _, _ in undo.versions}:
            names = [(key, version) for of, key, version in undo.versions if of == bucket]
            await self._delete_named(bucket, names, report, progress, cancel)
        if undo.moves:
            pairs = [(at, to, 0) for at, to in undo.moves]
            back = await self._copy_all(pairs, progress, cancel, True, False, WriteOptions())
            report.done += back.done
            report.left += back.left
        report.undo = None
        return report


async def _in_turns(
    items: Sequence[Any], work: Callable[[Any], Awaitable[None]], cancel: CancelToken
) -> None:
    """A few at a time, in order; ends early when cancelled."""
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            cancel.raise_if_cancelled()
            await work(item)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_quiet(worker())) for _ in range(min(AT_ONCE, len(items)))]
    for task in tasks:
        if (error := task.result()) is not None:
            raise error


async def _quiet(work: Awaitable[None]) -> Exception | None:
    """One worker's error does not stop what the others have begun."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - handed on by the caller
        return error
    return None
