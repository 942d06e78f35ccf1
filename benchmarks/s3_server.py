"""A small S3 in memory for measuring clients: moto's own work would be most of what is measured. Prints its address.

Knows PutObject, GetObject with ranges, HeadObject, multipart uploads and ListObjectsV2. `--file KEY PATH` serves a file; `--latency MS` waits
before each answer.
"""

from __future__ import annotations

import argparse
import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

OBJECTS: dict[str, bytes] = {}
FILES: dict[str, Path] = {}
UPLOADS: dict[str, dict[int, bytes]] = {}
LATENCY_S = 0.0
WHEN = "Thu, 01 Jan 2026 00:00:00 GMT"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(6, 1, 1)  # no Nagle

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _parts(self) -> tuple[str, dict[str, list[str]]]:
        time.sleep(LATENCY_S)
        parts = urlsplit(self.path)
        return unquote(parts.path).lstrip("/"), parse_qs(parts.query, keep_blank_values=True)

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _size(self, key: str) -> int | None:
        if key in FILES:
            return FILES[key].stat().st_size
        return len(OBJECTS[key]) if key in OBJECTS else None

    def do_HEAD(self) -> None:
        key, _ = self._parts()
        size = self._size(key)
        if size is None:
            self._answer(404)
        else:
            self._answer(200, Content_Length=str(size), ETag=_etag(key), Last_Modified=WHEN)

    def do_GET(self) -> None:
        key, query = self._parts()
        if "list-type" in query:
            self._answer(200, _listing(key, query).encode(), Content_Type="application/xml")
            return
        size = self._size(key)
        if size is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        wanted = self.headers.get("Range", "")
        if not wanted:
            self._answer(200, _read(key, 0, size), ETag=_etag(key), Last_Modified=WHEN)
            return
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, size - int(last))
        end = min(int(last), size - 1) if first and last else size - 1
        self._answer(
            206,
            _read(key, start, end + 1 - start),
            ETag=_etag(key),
            Last_Modified=WHEN,
            Content_Range=f"bytes {start}-{end}/{size}",
        )

    def do_PUT(self) -> None:
        key, query = self._parts()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "partNumber" in query:
            UPLOADS[query["uploadId"][0]][int(query["partNumber"][0])] = body
        else:
            OBJECTS[key] = body
        self._answer(200, ETag=f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"')

    def do_POST(self) -> None:
        key, query = self._parts()
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "uploads" in query:
            name = f"u{len(UPLOADS)}-{time.monotonic_ns()}"
            UPLOADS[name] = {}
            self._answer(
                200,
                f"<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>".encode(),
            )
            return
        if "uploadId" not in query:  # STS is asked who we are
            self._answer(400, b"<Error><Code>NotImplemented</Code></Error>")
            return
        parts = UPLOADS.pop(query["uploadId"][0])
        OBJECTS[key] = b"".join(parts[n] for n in sorted(parts))
        self._answer(
            200,
            f"<CompleteMultipartUploadResult><ETag>{_etag(key)}</ETag></CompleteMultipartUploadResult>".encode(),
        )

    def do_DELETE(self) -> None:
        key, _ = self._parts()
        OBJECTS.pop(key, None)
        self._answer(204)


def _etag(key: str) -> str:
    return f'"{hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()}-1"'


def _read(key: str, start: int, length: int) -> bytes:
    if key in FILES:
        with FILES[key].open("rb") as file:
            file.seek(start)
            return file.read(length)
    return OBJECTS[key][start : start + length]


def _listing(bucket: str, query: dict[str, list[str]]) -> str:
    bucket = bucket.rstrip("/")
    prefix = query.get("prefix", [""])[0]
    after = query.get("continuation-token", [""])[0]
    keys = sorted(k.partition("/")[2] for k in OBJECTS if k.startswith(f"{bucket}/{prefix}"))
    page = [k for k in keys if k > after][: int(query.get("max-keys", ["1000"])[0])]
    more = bool(page) and page[-1] != keys[-1]
    items = "".join(
        f"<Contents><Key>{quote(k)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>{escape(_etag(f'{bucket}/{k}'))}</ETag>"
        f"<Size>{len(OBJECTS[f'{bucket}/{k}'])}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        for k in page
    )
    token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
    return (
        f"<ListBucketResult><Name>{bucket}</Name><EncodingType>url</EncodingType><KeyCount>{len(page)}</KeyCount>"
        f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{items}</ListBucketResult>"
    )


def main() -> None:
    """Serve until the input closes."""
    global LATENCY_S
    import sys

    arguments = argparse.ArgumentParser()
    arguments.add_argument("--file", nargs=2, action="append", default=[])
    arguments.add_argument("--keys", type=int, default=0)
    arguments.add_argument("--latency", type=int, default=0)
    given = arguments.parse_args()
    LATENCY_S = given.latency / 1000
    FILES.update({key: Path(path) for key, path in given.file})
    OBJECTS.update({f"bench/many/part-{i:06d}.snappy.parquet": b"x" for i in range(given.keys)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.request_queue_size = 128
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
