"""S3: the contract, paging by prefix, and keys that are not paths."""

from __future__ import annotations

from typing import Any

import pytest

from dataops_desktop.errors import NotFoundError
from tests.conftest import Cloud
from tests.connectors.contract import ConnectorContract


class TestS3(ConnectorContract):
    id = "s3"
    service = "s3"

    def first_call(self, connector: Any) -> Any:
        return connector.buckets()

    def test_one_level_a_page_at_a_time(self, connector: Any, cloud: Cloud) -> None:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="levels")
        for i in range(7):
            s3.put_object(Bucket="levels", Key=f"a/{i}.txt", Body=b"x" * i)
            s3.put_object(Bucket="levels", Key=f"d{i}/deep/x", Body=b"")
        seen, token = [], None
        while True:
            page = connector.page("levels", "", 3, token)
            seen += [entry.key for entry in page.entries]
            token = page.continuation_token
            if token is None:
                break
        assert seen == ["a/", *(f"d{i}/" for i in range(7))]
        inner = connector.page("levels", "a/", 100, None)
        assert [(e.key, e.size, e.is_folder) for e in inner.entries][2] == ("a/2.txt", 2, False)

    def test_keys_come_back_exactly(self, connector: Any, cloud: Cloud) -> None:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="odd-keys")
        keys = [
            "../evil.txt",
            "a b+c%20.txt",
            "ünï/ö",
            "<img src=x>",
            "‮gnp.exe",
            "a\\b",
            "CON",
            "x" * 900,
            "folder/",
        ]
        for key in keys:
            s3.put_object(Bucket="odd-keys", Key=key, Body=b"1")
        page = connector.page("odd-keys", "", 1000, None)
        found = {entry.key for entry in page.entries}
        assert {
            "a b+c%20.txt",
            "<img src=x>",
            "‮gnp.exe",
            "a\\b",
            "CON",
            "x" * 900,
            "folder/",
            "ünï/",
            "../",
        } == found
        assert connector.page("odd-keys", "folder/", 10, None).entries == ()

    def test_missing_bucket(self, connector: Any) -> None:
        with pytest.raises(NotFoundError):
            connector.page("no-such-bucket-here", "", 10, None)

    @pytest.mark.parametrize("kind", ["empty_body", "html_200"])
    def test_a_spoiled_listing_is_not_an_empty_folder(self, connector: Any, cloud: Cloud, kind: str) -> None:
        cloud.fault(kind, operation="ListObjectsV2")
        with pytest.raises(Exception, match=r"answered|understood"):
            connector.page("nyc-flights", "", 10, None)
