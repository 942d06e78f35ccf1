"""moto's CloudWatch with S3's daily metrics of what buckets really hold, by storage class; moto's own adds up sizes of Python objects."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend, MetricDatum, MetricDatumBase, cloudwatch_backends
from moto.core.utils import utcnow
from moto.s3.models import s3_backends

# docs.aws.amazon.com/AmazonS3, "Amazon S3 dimensions in CloudWatch".
_STORAGE_TYPES = {
    "STANDARD": "StandardStorage", "STANDARD_IA": "StandardIAStorage", "ONEZONE_IA": "OneZoneIAStorage", "GLACIER": "GlacierStorage",
    "GLACIER_IR": "GlacierInstantRetrievalStorage", "DEEP_ARCHIVE": "DeepArchiveStorage", "INTELLIGENT_TIERING": "IntelligentTieringFAStorage",
}  # fmt: skip


class MeasuringCloudWatchBackend(CloudWatchBackend):
    """One figure a bucket and storage class, and the number of objects, of last midnight."""

    @property
    def _url_module(self) -> Any:
        from moto.cloudwatch import urls

        return urls

    @property
    def aws_metric_data(self) -> list[MetricDatumBase]:
        """Counted when asked."""
        at = utcnow().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(seconds=1)
        found: list[MetricDatumBase] = []
        for name, bucket in s3_backends[self.account_id]["aws"].buckets.items():
            sizes: Counter[str] = Counter()
            for key in list(bucket.keys.values()):
                sizes[_STORAGE_TYPES.get(key.storage_class, "StandardStorage")] += key.size
            figures = [("BucketSizeBytes", kind, size, "Bytes") for kind, size in sizes.items()]
            figures.append(("NumberOfObjects", "AllStorageTypes", len(bucket.keys), "Count"))
            found += [
                MetricDatum(
                    "AWS/S3", metric, value, [{"Name": "StorageType", "Value": kind}, {"Name": "BucketName", "Value": name}], at, unit
                )
                for metric, kind, value, unit in figures
            ]  # fmt: skip
        return found


def install() -> None:
    """Put this backend in moto's place; call once, before the first request."""
    cloudwatch_backends.backend = MeasuringCloudWatchBackend
    cloudwatch_backends.clear()
