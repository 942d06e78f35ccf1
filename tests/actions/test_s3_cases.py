"""Buckets, listings, details and changes of objects against the sandbox's S3: what is done, what stays, what comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.object_edits import EditReport, ObjectEdits
from dataops_desktop.actions.object_listing import MODIFIED, NAME, SIZE, ObjectListing
from dataops_desktop.actions.s3_cases import Place, S3Cases
from dataops_desktop.errors import CancelledByUserError, InputError, NotFoundError, PermissionDeniedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.object_store import ObjectEntry, WriteOptions
from dataops_desktop.interfaces.progress import Progress
from dataops_desktop.objects.addresses import ObjectAddress, parse_address
from tests.conftest import Cloud


def quiet(_: Progress) -> None:
    return None


class Desk:
    """Cases over a bucket of its own."""

    def __init__(self, context: ActionContext, cloud: Cloud, bucket: str, versioned: bool) -> None:
        self.cases = S3Cases(context)
        self.edits = ObjectEdits(context, self.cases)
        self.context, self.bucket, self.client = context, bucket, cloud.client("s3")
        self.client.create_bucket(Bucket=bucket)
        if versioned:
            self.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def put(self, **objects: str) -> None:
        for key, body in objects.items():
            self.client.put_object(Bucket=self.bucket, Key=key.replace("__", "/"), Body=body.encode())

    def keys(self, prefix: str = "") -> dict[str, str]:
        listed = self.client.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        return {
            i["Key"]: self.client.get_object(Bucket=self.bucket, Key=i["Key"])["Body"].read().decode()
            for i in listed
        }

    def at(self, key: str = "") -> ObjectAddress:
        return ObjectAddress(self.bucket, key)

    def run(self, coroutine: Any) -> Any:
        return asyncio.run(coroutine)

    def delete(self, *keys: str, for_good: bool = False) -> EditReport:
        return self.run(self.edits.delete([self.at(k) for k in keys], quiet, CancelToken(), for_good))

    def copy(self, keys: list[str], to: str, **options: Any) -> EditReport:
        return self.run(
            self.edits.copy([self.at(k) for k in keys], self.at(to), quiet, CancelToken(), **options)
        )

    def undo(self, report: EditReport) -> EditReport:
        assert report.undo is not None
        return self.run(self.edits.undo(report.undo, quiet, CancelToken()))


@pytest.fixture
def desk(context: ActionContext, cloud: Cloud, request: pytest.FixtureRequest) -> Desk:
    name = request.node.name.replace("_", "-").replace("[", "-").replace("]", "")[:50].rstrip("-")
    return Desk(context, cloud, f"d-{name}", "versioned" in request.node.name)


def test_buckets_become_nodes_with_their_facts(context: ActionContext, cloud: Cloud) -> None:
    cases = S3Cases(context)
    names = [bucket.name for bucket in asyncio.run(cases.buckets())]
    assert "nyc-flights" in names
    facts = asyncio.run(cases.facts("nyc-flights"))
    assert facts.object_count == 16
    assert facts.size_bytes == sum(facts.size_by_class.values()) > 1_000_000
    assert (facts.encryption, facts.versioning, facts.public, facts.problems) == ("SSE-S3", "Off", False, ())
    node = context.workspace.catalog.node("s3-bucket-nyc-flights")
    assert node is not None
    properties = node.node.properties
    assert {"arn", "region", "sizeBytes", "objectCount", "encryption", "versioning", "publicAccess"} <= set(
        properties
    )
    assert (properties["encryption"], properties["versioning"], properties["publicAccess"]) == (
        True,
        False,
        False,
    )
    assert asyncio.run(cases.facts("nyc-flights")) == facts
    again = context.workspace.catalog.node("s3-bucket-nyc-flights")
    assert again is not None
    assert again.updated_at == node.updated_at  # unchanged facts write nothing
    size, count = asyncio.run(cases.totals())
    assert (size, count) == (facts.size_bytes, 16)


def test_a_denied_fact_is_named_and_the_rest_is_there(context: ActionContext, cloud: Cloud) -> None:
    cloud.fault("access_denied", operation="GetBucket", skip=1, times=1)
    facts = asyncio.run(S3Cases(context).facts("nyc-flights"))
    assert facts.object_count == 16
    assert len(facts.problems) == 1
    assert facts.problems[0].endswith("access denied")


def test_named_buckets_and_favourites_are_remembered(context: ActionContext, cloud: Cloud) -> None:
    cases = S3Cases(context)
    asyncio.run(cases.set_place(Place("s3://only-named/", favourite=False)))
    asyncio.run(cases.set_place(Place("s3://nyc-flights/flights/", favourite=True)))
    again = S3Cases(context)
    assert [place.address for place in asyncio.run(again.places())] == [
        "s3://only-named/",
        "s3://nyc-flights/flights/",
    ]
    assert "only-named" in [bucket.name for bucket in asyncio.run(again.buckets())]
    cloud.fault("access_denied", operation="ListBuckets")
    assert [bucket.name for bucket in asyncio.run(again.buckets())] == ["nyc-flights", "only-named"]
    asyncio.run(again.remove_place("s3://only-named/"))
    asyncio.run(again.remove_place("s3://nyc-flights/flights/"))
    with pytest.raises(PermissionDeniedError):
        asyncio.run(again.buckets())


def test_details_and_versions(desk: Desk) -> None:
    desk.put(a="x")
    desk.client.put_object_tagging(
        Bucket=desk.bucket, Key="a", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]}
    )
    details = desk.run(desk.cases.details(desk.bucket, "a"))
    assert (details.head.size, details.tags, details.head.storage_class) == (1, {"k": "v"}, "STANDARD")
    desk.run(desk.edits.set_tags(desk.at("a"), {"new": "tag"}))
    assert desk.run(desk.cases.details(desk.bucket, "a")).tags == {"new": "tag"}
    with pytest.raises(InputError):
        desk.run(desk.edits.set_tags(desk.at("a"), {"k" * 129: "v"}))
    with pytest.raises(NotFoundError):
        desk.run(desk.cases.details(desk.bucket, "nothing"))


def test_search_and_measure_at_any_depth(desk: Desk) -> None:
    desk.put(a__Report_2024="12", a__b__report="3", a__other="4567", report="5")
    finds: list[str] = []
    looked = desk.run(
        desk.cases.search(
            desk.bucket, "a/", "REPORT", lambda found, _: finds.extend(e.key for e in found), CancelToken()
        )
    )
    assert (sorted(finds), looked) == (["a/Report_2024", "a/b/report"], 3)
    measure = desk.run(desk.cases.measure(desk.bucket, "a/", quiet, CancelToken()))
    assert (measure.objects, measure.size_bytes, dict(measure.by_class), measure.whole) == (
        3,
        7,
        {"STANDARD": 7},
        True,
    )
    stopped = CancelToken()
    stopped.cancel()
    with pytest.raises(CancelledByUserError):
        desk.run(desk.cases.measure(desk.bucket, "", quiet, stopped))


def test_a_versioned_delete_comes_back(desk: Desk) -> None:
    desk.put(d__a="1", d__b="2", other="3")
    report = desk.delete("d/", "other")
    assert (report.done, report.left, desk.keys()) == (3, [], {})
    assert desk.undo(report).left == []
    assert desk.keys() == {"d/a": "1", "d/b": "2", "other": "3"}


def test_versioned_for_good_leaves_no_version(desk: Desk) -> None:
    desk.put(a="1")
    desk.put(a="2", ab="keep")
    assert len(desk.run(desk.cases.versions(desk.bucket, "a"))) == 2
    report = desk.delete("a", for_good=True)
    assert report.undo is None
    assert desk.run(desk.cases.versions(desk.bucket, "a")) == []
    assert desk.keys() == {"ab": "keep"}


def test_a_versioned_object_comes_back_as_it_was(desk: Desk) -> None:
    desk.put(a="old")
    desk.put(a="new")
    old = next(v for v in desk.run(desk.cases.versions(desk.bucket, "a")) if not v.is_latest)
    report = desk.run(desk.edits.bring_back(desk.at("a"), old.version_id, False))
    assert desk.keys() == {"a": "old"}
    desk.undo(report)
    assert desk.keys() == {"a": "new"}
    desk.delete("a")
    marker = next(v for v in desk.run(desk.cases.versions(desk.bucket, "a")) if v.is_marker)
    desk.run(desk.edits.bring_back(desk.at("a"), marker.version_id, True))
    assert desk.keys() == {"a": "new"}


def test_a_plain_delete_has_no_undo(desk: Desk) -> None:
    desk.put(**{f"k__{i}": "x" for i in range(12)})
    report = desk.delete("k/")
    assert (report.done, report.undo, desk.keys()) == (12, None, {})


def test_copy_takes_folders_tags_and_class(desk: Desk) -> None:
    desk.put(src__a="1", src__deep__b="2")
    desk.client.put_object(
        Bucket=desk.bucket,
        Key="src/c",
        Body=b"3",
        StorageClass="STANDARD_IA",
        Metadata={"m": "1"},
        Tagging="k=v",
    )
    report = desk.copy(["src/"], "dst/")
    assert (report.done, report.left) == (3, [])
    assert desk.keys("dst/") == {"dst/src/a": "1", "dst/src/deep/b": "2", "dst/src/c": "3"}
    copied = desk.run(desk.cases.details(desk.bucket, "dst/src/c"))
    assert (copied.head.storage_class, copied.head.metadata, copied.tags) == (
        "STANDARD_IA",
        {"m": "1"},
        {"k": "v"},
    )


def test_copy_replaces_only_when_told_to(desk: Desk) -> None:
    desk.put(a="new", d__a="old")
    report = desk.copy(["a"], "d/")
    assert [item.key for item in report.left] == ["a"]
    assert desk.keys("d/") == {"d/a": "old"}
    assert desk.copy(["a"], "d/", replace=True).done == 1
    assert desk.keys("d/") == {"d/a": "new"}


def test_move_and_rename_go_back(desk: Desk) -> None:
    desk.put(f__a="1", f__b__c="2")
    report = desk.run(desk.edits.rename(desk.at("f/"), "g", quiet, CancelToken()))
    assert (report.done, desk.keys()) == (2, {"g/a": "1", "g/b/c": "2"})
    assert desk.undo(report).left == []
    assert desk.keys() == {"f/a": "1", "f/b/c": "2"}
    moved = desk.copy(["f/a"], "h/", move=True)
    assert desk.keys() == {"f/b/c": "2", "h/a": "1"}
    desk.undo(moved)
    assert desk.keys() == {"f/a": "1", "f/b/c": "2"}


def test_a_versioned_move_leaves_no_trace_after_undo(desk: Desk) -> None:
    desk.put(a="1", d__a="before")
    report = desk.copy(["a"], "d/", move=True, replace=True)
    assert desk.keys() == {"d/a": "1"}
    desk.undo(report)
    assert desk.keys() == {"a": "1", "d/a": "before"}
    assert [v.is_marker for v in desk.run(desk.cases.versions(desk.bucket, "a"))] == [False]


def test_what_cannot_be_moved_stays_and_is_named(desk: Desk, cloud: Cloud) -> None:
    desk.put(a="1", b="2")
    cloud.fault("access_denied", operation="PutObject", times=1)
    report = desk.copy(["a", "b"], "d/", move=True)
    assert report.done == 1
    assert len(report.left) == 1
    assert len(desk.keys()) == 2
    assert report.left[0].key in desk.keys()  # noqa: SIM118 - a method of ours


def test_folders_cannot_go_into_themselves(desk: Desk) -> None:
    desk.put(f__a="1")
    with pytest.raises(InputError):
        desk.copy(["f/"], "f/inner/")
    with pytest.raises(InputError):
        desk.run(desk.edits.rename(desk.at("f/"), "a/b", quiet, CancelToken()))


def test_new_folders_and_storage_classes(desk: Desk) -> None:
    assert desk.run(desk.edits.new_folder(desk.at("x/"), "raw data")).key == "x/raw data/"
    with pytest.raises(InputError, match="already"):
        desk.run(desk.edits.new_folder(desk.at("x/"), "raw data"))
    desk.put(x__a="1")
    report = desk.run(
        desk.edits.change([desk.at("x/")], WriteOptions(storage_class="GLACIER"), quiet, CancelToken())
    )
    assert report.done == 1
    assert desk.run(desk.cases.details(desk.bucket, "x/a")).head.storage_class == "GLACIER"
    asked = desk.run(desk.edits.restore([desk.at("x/a")], 2, "Standard", quiet, CancelToken()))
    assert (asked.done, asked.left) == (1, [])


def test_a_link_works_without_credentials(desk: Desk) -> None:
    import http.client
    from urllib.parse import urlsplit

    def ask(method: str, link: str, body: bytes | None = None) -> bytes:
        parts = urlsplit(link)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        connection.request(method, f"{parts.path}?{parts.query}", body)
        try:
            return connection.getresponse().read()
        finally:
            connection.close()

    desk.put(a="hello")
    link = desk.run(desk.cases.presign(desk.bucket, "a", "GET", 60))
    assert ask("GET", link) == b"hello"
    put = desk.run(desk.cases.presign(desk.bucket, "new", "PUT", 60))
    ask("PUT", put, b"sent")
    assert desk.keys()["new"] == "sent"
    with pytest.raises(InputError):
        desk.run(desk.cases.presign(desk.bucket, "a", "GET", 8 * 86_400))


def test_the_table_of_an_object(context: ActionContext) -> None:
    from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog

    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(("contracts_db",))))
    cases = S3Cases(context)
    assert asyncio.run(cases.table_of("acme-contracts", "vendor_info/part-0.csv")) == (
        "contracts_db",
        "vendor_info",
    )
    assert asyncio.run(cases.table_of("acme-contracts", "nowhere/x")) is None
    assert asyncio.run(cases.table_of("no-such", "x")) is None
    sql, database = asyncio.run(
        cases.select(ObjectAddress("acme-contracts", "contract_spend/year=2023/part-00000.parquet"))
    )
    assert sql.splitlines()[:3] == ["SELECT *", "FROM contract_spend", "WHERE year = 2023"]
    assert sql.splitlines()[3].startswith('-- this file alone: AND "$path" = ')
    assert (database, sql.splitlines()[-1]) == ("contracts_db", "LIMIT 100")
    with pytest.raises(InputError, match="No table"):
        asyncio.run(cases.select(ObjectAddress("acme-contracts", "nowhere/x")))


def test_a_listing_filters_and_sorts_what_arrived() -> None:
    listing = ObjectListing("p/")
    listing.add(
        [
            ObjectEntry("p/sub/", 0, "", "", True),
            ObjectEntry("p/b.csv", 5, "2024-01-02T00:00:00Z", "STANDARD", False),
        ]
    )
    listing.add(
        [
            ObjectEntry("p/A.csv", 9, "2024-01-01T00:00:00Z", "GLACIER", False),
            ObjectEntry("p/zub/", 0, "", "", True),
        ]
    )
    listing.add([])

    def names(*how: Any) -> list[str]:
        listing.show(listing.arrange(*how))
        return [listing.entry(i).key for i in range(len(listing))]

    assert names() == ["p/sub/", "p/zub/", "p/b.csv", "p/A.csv"]
    assert names("", NAME) == ["p/sub/", "p/zub/", "p/A.csv", "p/b.csv"]
    assert names("", SIZE, True) == ["p/sub/", "p/zub/", "p/A.csv", "p/b.csv"]
    assert names("", MODIFIED, False) == ["p/sub/", "p/zub/", "p/A.csv", "p/b.csv"]
    assert names("a csv") == ["p/A.csv"]
    assert (listing.total, listing.total_bytes, listing.entry(0).storage_class) == (4, 14, "GLACIER")


def test_addresses_of_what_is_shown() -> None:
    at = parse_address("s3://b-1/a/b/c.csv")
    assert (at.folder.key, at.parent.key, at.name, at.folder.parent.key) == ("a/b/", "a/b/", "c.csv", "a/")
    assert (parse_address("s3://b-1/a/").name, parse_address("s3://b-1/").name) == ("a", "b-1")
