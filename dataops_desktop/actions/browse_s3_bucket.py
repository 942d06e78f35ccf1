"""`browseS3Bucket`: one page of what lies right below a prefix."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.object_store import ObjectEntry, ObjectStore


@dataclass(frozen=True)
class BrowseS3BucketOptions:
    """The specification's input, and the token of the page wanted."""

    bucket: str
    prefix: str = ""
    max_keys: int = 1000
    continuation_token: str | None = None


@dataclass(frozen=True)
class BrowseS3BucketResult:
    """The specification's output."""

    success: bool
    objects: tuple[ObjectEntry, ...]
    folders: tuple[str, ...]
    continuation_token: str | None = None


async def browse_s3_bucket(context: ActionContext, options: BrowseS3BucketOptions) -> BrowseS3BucketResult:
    """List one page; raises NotFoundError, PermissionDeniedError, …"""
    if not 1 <= options.max_keys <= 1000:
        raise InputError(f"max keys must be between 1 and 1000, not {options.max_keys}.")
    store: ObjectStore = await context.connector("s3")
    page = await context.run(
        "s3", store.page, options.bucket, options.prefix, options.max_keys, options.continuation_token
    )
    entries = tuple(replace(entry, etag=None) for entry in page.entries)  # the specification's fields
    return BrowseS3BucketResult(True, entries, page.folders, page.continuation_token)
