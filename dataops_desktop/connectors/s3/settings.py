"""A bucket as a whole: what it is, its lifecycle, its unfinished uploads, access points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

from dataops_desktop.aws.errors import aws_call
from dataops_desktop.connectors.s3.calls import ENCRYPTION, S3Calls
from dataops_desktop.errors import DataOpsError
from dataops_desktop.interfaces.clock import iso, utc_now
from dataops_desktop.interfaces.object_store import Bucket, BucketFacts, OpenUpload

METRIC_DAYS = 4  # S3 reports once a day, up to a day late
CALLS_AT_ONCE = 4
# What the service says where a setting was never made.
_UNSET = {
    "ServerSideEncryptionConfigurationNotFoundError", "NoSuchPublicAccessBlockConfiguration", "NoSuchBucketPolicy",
    "ObjectLockConfigurationNotFoundError", "NoSuchLifecycleConfiguration",
}  # fmt: skip


class S3Settings:
    """BucketSettings over S3 and CloudWatch."""

    def __init__(self, calls: S3Calls) -> None:
        self._calls = calls

    def facts(self, bucket: str) -> BucketFacts:
        """Eight calls, four at once; each may be denied alone."""
        problems: list[str] = []

        def ask(operation: str, method: str) -> dict[str, Any] | None:
            """None: not to be known; empty: never set."""
            try:
                return self._calls.call(operation, method, Bucket=bucket)
            except DataOpsError as error:
                if error.details.get("code") in _UNSET:
                    return {}
                action = getattr(error, "action", "") or f"s3:{operation}"
                problems.append(f"{action}: {error.title.lower()}")
                return None

        jobs: dict[str, Callable[[], Any]] = {
            "region": lambda: self._calls.region(bucket),
            "size": lambda: self._size(bucket, problems),
            "encryption": lambda: ask("GetEncryptionConfiguration", "get_bucket_encryption"),
            "versioning": lambda: ask("GetBucketVersioning", "get_bucket_versioning"),
            "block": lambda: ask("GetBucketPublicAccessBlock", "get_public_access_block"),
            "policy": lambda: ask("GetBucketPolicyStatus", "get_bucket_policy_status"),
            "payment": lambda: ask("GetBucketRequestPayment", "get_bucket_request_payment"),
            "lock": lambda: ask("GetBucketObjectLockConfiguration", "get_object_lock_configuration"),
        }
        jobs["region"]()  # a missing or unreachable bucket is an error of the whole
        with ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="dataops-facts") as pool:
            waiting = {name: pool.submit(job) for name, job in jobs.items()}
            got = {name: job.result() for name, job in waiting.items()}
        rules = (got["encryption"] or {}).get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
        default = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
        kind = str(
            default.get("SSEAlgorithm") or ("" if got["encryption"] is None else "AES256")
        )  # since January 2023 every bucket
        versioning, block = got["versioning"], (got["block"] or {}).get("PublicAccessBlockConfiguration", {})
        size, count, at, by_class = got["size"]
        return BucketFacts(
            bucket,
            str(got["region"]),
            size,
            count,
            at,
            by_class,
            ENCRYPTION.get(kind, kind),
            str(default.get("KMSMasterKeyID") or ""),
            "" if versioning is None else str(versioning.get("Status") or "Off"),
            None if got["policy"] is None else bool(got["policy"].get("PolicyStatus", {}).get("IsPublic")),
            None if got["block"] is None else bool(block) and all(block.values()),
            None if got["payment"] is None else got["payment"].get("Payer") == "Requester",
            None if got["lock"] is None else bool(got["lock"].get("ObjectLockConfiguration")),
            tuple(sorted(problems)),
        )

    def _size(self, bucket: str, problems: list[str]) -> tuple[int | None, int | None, str, dict[str, int]]:
        """CloudWatch's daily figures (docs.aws.amazon.com/AmazonS3, "Amazon S3 daily storage metrics"): free, a day old."""
        nothing: tuple[int | None, int | None, str, dict[str, int]] = (None, None, "", {})
        if bucket.startswith("arn:"):
            return nothing
        watch = self._calls.session.client("cloudwatch", region=self._calls.region(bucket))
        midnight = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            with aws_call("cloudwatch", "ListMetrics"):
                listed = watch.list_metrics(
                    Namespace="AWS/S3", Dimensions=[{"Name": "BucketName", "Value": bucket}]
                )
            metrics = [
                m
                for m in listed.get("Metrics", [])
                if m["MetricName"] in {"BucketSizeBytes", "NumberOfObjects"}
            ]
            if not metrics:
                return nothing
            queries = [
                {"Id": f"m{i}", "MetricStat": {"Metric": metric, "Period": 86_400, "Stat": "Average"}}
                for i, metric in enumerate(metrics)
            ]
            with aws_call("cloudwatch", "GetMetricData"):
                answer = watch.get_metric_data(
                    MetricDataQueries=queries, StartTime=midnight - timedelta(days=METRIC_DAYS), EndTime=midnight + timedelta(days=1), ScanBy="TimestampDescending"
                )  # fmt: skip
        except DataOpsError as error:
            problems.append(
                f"{getattr(error, 'action', '') or 'cloudwatch:GetMetricData'}: {error.title.lower()}"
            )
            return nothing
        size, count, at = None, None, ""
        by_class: dict[str, int] = {}
        for result in answer.get("MetricDataResults", []):
            if not result.get("Values"):
                continue
            metric = metrics[int(result["Id"][1:])]
            value, at = int(result["Values"][0]), iso(result["Timestamps"][0])
            if metric["MetricName"] == "NumberOfObjects":
                count = value
            else:
                kind = next((d["Value"] for d in metric["Dimensions"] if d["Name"] == "StorageType"), "")
                by_class[kind] = value
                size = (size or 0) + value
        return size, count, at, by_class

    def lifecycle(self, bucket: str) -> tuple[list[dict[str, Any]], str]:
        """GetBucketLifecycleConfiguration."""
        try:
            answer = self._calls.call(
                "GetLifecycleConfiguration", "get_bucket_lifecycle_configuration", Bucket=bucket
            )
        except DataOpsError as error:
            if error.details.get("code") == "NoSuchLifecycleConfiguration":
                return [], ""
            raise
        return list(answer.get("Rules", [])), str(answer.get("TransitionDefaultMinimumObjectSize") or "")

    def put_lifecycle(self, bucket: str, rules: Sequence[Mapping[str, Any]], minimum: str) -> None:
        """PutBucketLifecycleConfiguration; DeleteBucketLifecycle for none."""
        if not rules:
            self._calls.call("PutLifecycleConfiguration", "delete_bucket_lifecycle", Bucket=bucket)
            return
        self._calls.call(
            "PutLifecycleConfiguration", "put_bucket_lifecycle_configuration", Bucket=bucket,
            LifecycleConfiguration={"Rules": [dict(rule) for rule in rules]}, **({"TransitionDefaultMinimumObjectSize": minimum} if minimum else {}),
        )  # fmt: skip

    def open_uploads(self, bucket: str) -> list[OpenUpload]:
        """ListMultipartUploads, every page."""
        found: list[OpenUpload] = []
        more: dict[str, str] = {}
        while True:
            answer = self._calls.call(
                "ListBucketMultipartUploads", "list_multipart_uploads", Bucket=bucket, EncodingType="url", **more
            )  # fmt: skip
            found += [_open_upload(bucket, item) for item in answer.get("Uploads", [])]
            if not answer.get("IsTruncated"):
                return found
            more = {
                "KeyMarker": unquote_plus(answer.get("NextKeyMarker", "")),
                "UploadIdMarker": answer.get("NextUploadIdMarker", ""),
            }

    def access_points(self) -> list[Bucket]:
        """s3control:ListAccessPoints. None behind an endpoint of one's own: the account is part of that call's host name."""
        if self._calls.session.own_endpoint:
            return []
        control = self._calls.session.client("s3control")
        found: list[Bucket] = []
        token: dict[str, str] = {}
        while True:
            with aws_call("s3", "ListAccessPoints"):
                answer = control.list_access_points(AccountId=self._calls.session.account(), **token)
            for item in answer.get("AccessPointList", []):
                name = str(item.get("Alias") or item.get("AccessPointArn") or item["Name"])
                found.append(
                    Bucket(name, self._calls.session.region, access_point_of=str(item.get("Bucket") or ""))
                )
            if not answer.get("NextToken"):
                return found
            token = {"NextToken": answer["NextToken"]}


def _open_upload(bucket: str, item: dict[str, Any]) -> OpenUpload:
    who = item.get("Initiator") or {}
    return OpenUpload(
        bucket,
        unquote_plus(item["Key"]),
        item["UploadId"],
        iso(item["Initiated"]) if item.get("Initiated") else "",
        str(who.get("DisplayName") or who.get("ID") or ""),
        item.get("StorageClass", ""),
    )
