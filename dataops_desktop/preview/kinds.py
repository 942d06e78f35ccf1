"""What a file is: by its first bytes where they say it, else by its name."""

from __future__ import annotations

from dataclasses import dataclass

PACKED = {
    ".gz": "gzip",
    ".gzip": "gzip",
    ".zst": "zstd",
    ".zstd": "zstd",
    ".bz2": "bz2",
    ".snappy": "snappy",
    ".sz": "snappy",
}
_SUFFIXES = {
    "parquet": "parquet pq parq", "csv": "csv", "tsv": "tsv tab", "json": "json jsonl ndjson", "avro": "avro", "orc": "orc", "arrow": "arrow arrows feather ipc",
    "excel": "xlsx xlsm xlsb xls ods", "image": "png jpg jpeg gif bmp webp tif tiff ico", "pdf": "pdf", "markdown": "md markdown",
    "text": "txt log sql py r scala java js ts html htm xml yaml yml toml ini cfg conf sh tf properties manifest svg",
}  # fmt: skip
BY_SUFFIX = {f".{suffix}": kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "parquet"), (b"ORC", "orc"), (b"Obj\x01", "avro"), (b"ARROW1", "arrow"), (b"\xff\xff\xff\xff", "arrow"), (b"%PDF-", "pdf"), (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"), (b"GIF8", "image"), (b"BM", "image?"), (b"II*\x00", "image"), (b"MM\x00*", "image"), (b"\xd0\xcf\x11\xe0", "excel"),
)  # fmt: skip
_PACKED_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bz2"),
    (b"\xff\x06\x00\x00sNaPpY", "snappy"),
)
# Their index is at the end: the head need not be read first.
FROM_THE_END = frozenset({"parquet", "orc"})
BY_PARTS = FROM_THE_END | {"arrow", "avro"}  # read here and there
WHOLE = frozenset({"excel", "image", "pdf"})


@dataclass(frozen=True)
class Kind:
    """What a file is, how it is packed (empty: not), and whether its first bytes said so."""

    name: str
    packing: str = ""
    sure: bool = False


def of_name(name: str) -> Kind:
    """By the suffix alone; `text` where it says nothing."""
    suffixes = [f".{part}" for part in name.lower().rpartition("/")[2].split(".")[1:]]
    packing = PACKED.get(suffixes[-1], "") if suffixes else ""
    if packing:
        suffixes.pop()
    return Kind(BY_SUFFIX.get(suffixes[-1], "text") if suffixes else "text", packing)


def of_bytes(name: str, head: bytes) -> Kind:
    """By the first bytes, else the name."""
    named = of_name(name)
    for magic, kind in _MAGIC:
        if head.startswith(magic) and (not kind.endswith("?") or named.name == kind[:-1]):
            return Kind(kind.rstrip("?"), "", True)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind("image", "", True)
    if head.startswith(b"PK\x03\x04") and named.name == "excel":
        return Kind("excel", "", True)
    for magic, packing in _PACKED_MAGIC:
        if head.startswith(magic):
            return Kind(named.name, packing, True)
    if named.packing and named.packing != "snappy":  # it only says so
        return Kind(named.name, "")
    return named
