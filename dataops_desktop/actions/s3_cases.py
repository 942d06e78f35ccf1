"""What a person asks of buckets and objects. The window and the command line get it as `UseCases.s3`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.errors import DataOpsError, InputError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog_store import CatalogChanges
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.object_store import (
    Bucket,
    BucketFacts,
    ObjectEntry,
    ObjectHead,
    ObjectPage,
    ObjectStore,
    ObjectVersion,
    OpenUpload,
)
from dataops_desktop.interfaces.progress import Progress, ProgressSink
from dataops_desktop.objects.addresses import ObjectAddress, parse_address
from dataops_desktop.ontology.nodes import Node, s3_bucket_id
from dataops_desktop.sql.quoting import integer_or_text, quoted

PLACES = "s3.places"
MOST_VERSIONS = 10_000
MOST_FACTS = 50  # buckets whose settings are read unasked: nine calls each


@dataclass(frozen=True)
class Place:
    """A favourite, or a bucket that is named because it cannot be listed. `pays`: the person agreed to pay for its requests."""

    address: str  # s3://bucket/prefix
    favourite: bool = False
    pays: bool = False

    @property
    def at(self) -> ObjectAddress:
        """Where."""
        return parse_address(self.address)


@dataclass(frozen=True)
class ObjectDetails:
    """An object with all that may be read of it."""

    key: str
    head: ObjectHead
    tags: dict[str, str] | None
    problems: tuple[str, ...] = ()


@dataclass
class Measure:
    """What lies below a prefix. Bytes by storage class; `whole` when everything was counted."""

    objects: int = 0
    size_bytes: int = 0
    by_class: Counter[str] = field(default_factory=Counter)
    count_by_class: Counter[str] = field(default_factory=Counter)
    newest: str = ""
    whole: bool = False


class S3Cases:
    """Listing, describing, finding; changes are in `object_edits`."""

    def __init__(self, context: ActionContext) -> None:
        self._context = context
        self._places: list[Place] | None = None

    async def store(self) -> ObjectStore:
        """The connector, with who pays for what."""
        store: ObjectStore = await self._context.connector("s3")
        if self._places is None:
            await self.places()
            self._tell_payers(store)
        return store

    def _tell_payers(self, store: ObjectStore) -> None:
        store.pay_for([place.at.bucket for place in self._places or () if place.pays])

    async def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await self._context.signed_in("s3", function, *arguments)

    # buckets and places
    async def buckets(self) -> list[Bucket]:
        """Every bucket that may be listed and those the person named, by name; new ones become nodes."""
        store = await self.store()
        try:
            found: list[Bucket] = await self._ask(store.buckets)
        except DataOpsError:
            if not self._places:
                raise
            found = []  # not allowed to list: the named ones are there
        known = {bucket.name for bucket in found}
        named = {place.at.bucket for place in await self.places()} - known
        found += [Bucket(name) for name in named]
        await self._context.local(self._note_buckets, await self._ask(lambda: store.source), found)
        return sorted(found, key=lambda bucket: bucket.name)

    async def access_points(self) -> list[Bucket]:
        """Of this account and region."""
        store = await self.store()
        found: list[Bucket] = await self._ask(store.settings.access_points)
        return found

    async def places(self) -> list[Place]:
        """Favourites and named buckets, in the person's order."""
        if self._places is None:
            stored = await self._context.local(self._context.workspace.settings.setting, PLACES) or ()
            if self._places is None:  # else somebody changed them meanwhile
                self._places = [Place(**record) for record in stored]
        return list(self._places)

    async def set_place(self, place: Place) -> None:
        """Add or change one, by address."""
        listed = [known for known in await self.places() if known.address != place.address]
        await self._keep([*listed, place])

    async def remove_place(self, address: str) -> None:
        """Forget one; the bucket is not touched."""
        await self._keep([known for known in await self.places() if known.address != address])

    async def _keep(self, places: list[Place]) -> None:
        self._places = places
        records = [asdict(place) for place in places]
        await self._context.local(self._context.workspace.settings.set_setting, PLACES, records)
        self._tell_payers(await self.store())

    async def pays(self, bucket: str, agreed: bool) -> None:
        """Whether requests to a bucket say that the requester pays."""
        address = ObjectAddress(bucket).uri
        known = next((p for p in await self.places() if p.address == address), Place(address))
        await self.set_place(replace(known, pays=agreed))

    async def facts(self, bucket: str) -> BucketFacts:
        """Everything that may be read of a bucket; it goes into the ontology."""
        store = await self.store()
        found: BucketFacts = await self._ask(store.settings.facts, bucket)
        source = await self._ask(lambda: store.source)
        await self._context.local(self._note_facts, source, found)
        return found

    async def read_facts(self, most: int = MOST_FACTS) -> int:
        """Facts of buckets whose figures are not of today, up to `most`; returns how many were read. One that refuses does not stop the rest."""
        stored = await self._context.local(self._context.workspace.catalog.children, None, "s3-bucket")
        today = iso_now()[:10]
        read = 0
        fresh = {
            item.node.name for item in stored if str(item.node.properties.get("factsAt") or "")[:10] == today
        }
        for bucket in await self.buckets():
            if bucket.name in fresh or read >= most:
                continue
            try:
                await self.facts(bucket.name)
            except DataOpsError:
                continue
            read += 1
        return read

    def _note_buckets(self, source: str, found: Sequence[Bucket]) -> None:
        catalog = self._context.workspace.catalog
        known = catalog.hashes(source, "s3-bucket")
        nodes = [
            _bucket_node(source, bucket.name, {"region": bucket.region, "createdAt": bucket.created_at})
            for bucket in found
            if s3_bucket_id(bucket.name) not in known and not bucket.name.startswith("arn:")
        ]
        catalog.apply(None, CatalogChanges(nodes=nodes))

    def _note_facts(self, source: str, facts: BucketFacts) -> None:
        if facts.name.startswith("arn:"):
            return
        catalog = self._context.workspace.catalog
        known = catalog.node(s3_bucket_id(facts.name), source)
        properties = {
            **(dict(known.node.properties) if known else {}),
            "region": facts.region,
            "sizeBytes": facts.size_bytes,
            "objectCount": facts.object_count,
            "encryption": bool(facts.encryption) if facts.encryption else None,
            "versioning": facts.versioning == "Enabled" if facts.versioning else None,
            "publicAccess": facts.public,
            "encryptionType": facts.encryption,
            "countedAt": facts.counted_at,
            "factsAt": iso_now()[:10],
        }
        node = _bucket_node(source, facts.name, properties)
        if known is None or dict(known.node.properties) != dict(node.properties):
            catalog.apply(None, CatalogChanges(nodes=[node]))

    async def totals(self, source: str | None = None) -> tuple[int | None, int | None]:
        """(bytes, objects) of the buckets whose figures were read, from the ontology; None where none was."""
        found = await self._context.local(self._context.workspace.catalog.children, None, "s3-bucket")
        stored = [b for b in found if source is None or b.node.source == source]
        sizes = [b.node.properties.get("sizeBytes") for b in stored]
        counts = [b.node.properties.get("objectCount") for b in stored]
        return (
            sum(s for s in sizes if s is not None) if any(s is not None for s in sizes) else None,
            sum(c for c in counts if c is not None) if any(c is not None for c in counts) else None,
        )

    # listing
    async def page(self, bucket: str, prefix: str, token: str | None = None, most: int = 1000) -> ObjectPage:
        """Entries right below a prefix."""
        store = await self.store()
        found: ObjectPage = await self._ask(store.page, bucket, prefix, most, token)
        return found

    async def below(
        self, bucket: str, prefix: str, check: Callable[[], None]
    ) -> AsyncIterator[list[ObjectEntry]]:
        """Everything at any depth below a prefix, a page at a time; `check` is called before each request and may end it by raising."""
        store = await self.store()
        token: str | None = None
        while True:
            check()
            entries, token = await self._ask(store.below, bucket, prefix, token)
            yield entries
            if token is None:
                return

    async def search(
        self, bucket: str, prefix: str, text: str, found: Callable[[list[ObjectEntry], int], None], cancel: CancelToken
    ) -> int:  # fmt: skip
        """Every object at any depth whose key below `prefix` has all words of `text`; `found` hears each page's finds and how many keys
        were looked at. Returns that number."""
        words, cut, looked = text.lower().split(), len(prefix), 0
        async for entries in self.below(bucket, prefix, cancel.raise_if_cancelled):
            looked += len(entries)
            found([e for e in entries if all(word in e.key[cut:].lower() for word in words)], looked)
        return looked

    async def measure(self, bucket: str, prefix: str, progress: ProgressSink, cancel: CancelToken) -> Measure:
        """Count what lies below a prefix: a request for each thousand objects."""
        measure = Measure()
        async for entries in self.below(bucket, prefix, cancel.raise_if_cancelled):
            for entry in entries:
                measure.objects += 1
                measure.size_bytes += entry.size
                measure.by_class[entry.storage_class] += entry.size
                measure.count_by_class[entry.storage_class] += 1
                measure.newest = max(measure.newest, entry.last_modified)
            progress(Progress(f"Counting s3://{bucket}/{prefix}", measure.objects, None, "objects"))
        measure.whole = True
        return measure

    # objects
    async def details(self, bucket: str, key: str) -> ObjectDetails:
        """Head and tags, each told apart where one is denied."""
        store = await self.store()
        problems: list[str] = []

        async def tags() -> dict[str, str] | None:
            try:
                found: dict[str, str] = await self._ask(store.edits.tags, bucket, key)
                return found
            except DataOpsError as error:
                problems.append(f"Tags: {error.message}")
                return None

        head, listed = await asyncio.gather(self._ask(store.head, bucket, key), tags())
        return ObjectDetails(key, head, listed, tuple(problems))

    async def versions(self, bucket: str, key: str) -> list[ObjectVersion]:
        """Versions and delete markers of one object, newest first."""
        store = await self.store()
        found: list[ObjectVersion] = []
        token: str | None = None
        while True:
            page, token = await self._ask(store.versions, bucket, key, token)
            found += [version for version in page if version.key == key]
            if token is None or len(found) >= MOST_VERSIONS or any(v.key != key for v in page):
                return found

    async def presign(self, bucket: str, key: str, method: str, expires_s: int) -> str:
        """A link; a bearer token, so it is handed out and not kept."""
        store = await self.store()
        link: str = await self._ask(store.edits.presign, bucket, key, method, expires_s)
        return link

    async def open_uploads(self, bucket: str) -> list[OpenUpload]:
        """Unfinished multipart uploads: their parts are stored and paid for."""
        store = await self.store()
        found: list[OpenUpload] = await self._ask(store.settings.open_uploads, bucket)
        return found

    async def table_of(self, bucket: str, key: str) -> tuple[str, str] | None:
        """(database, table) of the Glue table whose location holds this key, the nearest one; from the local catalog."""
        found = await self._context.local(self._table_of, bucket, key)
        return found[:2] if found is not None else None

    async def select(self, at: ObjectAddress) -> tuple[str, str]:
        """(statement, database) that reads the table an object belongs to, its partition only; InputError where no table holds it."""
        return await self._context.local(self._select, at)

    def _select(self, at: ObjectAddress) -> tuple[str, str]:
        found = self._table_of(at.bucket, at.key)
        if found is None:
            raise InputError(
                f"No table of the catalog holds {at.uri}.",
                "Sync the catalog, or query the object with the local engine.",
            )
        database, table, node_key = found
        catalog = self._context.workspace.catalog
        _, keys = catalog.columns(node_key)
        path = f"s3://{at.bucket}/{at.key}"
        inside = [
            p
            for p in catalog.partitions(node_key)
            if p.location and path.startswith(p.location.rstrip("/") + "/")
        ]
        conditions = []
        if inside:
            nearest = max(inside, key=lambda p: len(p.location))
            conditions = [
                f"{quoted(column.name)} = {_literal(column.type, value)}"
                for column, value in zip(keys, nearest.values, strict=False)
            ]
        where = f"WHERE {' AND '.join(conditions)}\n" if conditions else ""
        only = f'-- this file alone: {"AND" if where else "WHERE"} "$path" = {_literal("string", path)}\n'
        return f"SELECT *\nFROM {quoted(table)}\n{where}{only.replace(chr(13), ' ')}LIMIT 100", database

    def _table_of(self, bucket: str, key: str) -> tuple[str, str, int] | None:
        catalog = self._context.workspace.catalog
        try:
            node = catalog.node(s3_bucket_id(bucket))
        except InputError:  # two accounts have one of this name
            return None
        if node is None:
            return None
        best, found = -1, None
        for edge in catalog.edges([node.key], "downstream"):
            table = catalog.node_by_key(edge.to_key)
            if table is None or table.node.type != "glue-table" or table.deleted_at:
                continue
            location = str(table.node.properties.get("location") or "").rstrip("/") + "/"
            if f"s3://{bucket}/{key}".startswith(location) and len(location) > best:
                best = len(location)
                properties = table.node.properties
                found = str(properties["database"]), str(properties["tableName"]), table.key
        return found


def _literal(kind: str, value: str) -> str:
    """A partition's value in a query; a line end inside of one would end a comment."""
    text = integer_or_text(kind, value.replace("\n", " "))
    return f"DATE {text}" if kind == "date" else text


def _bucket_node(source: str, name: str, properties: dict[str, Any]) -> Node:
    fixed = {"dataSource": "s3-bucket", "arn": f"arn:aws:s3:::{name}"}
    return Node(s3_bucket_id(name), source, "s3-bucket", name, {**properties, **fixed})
