"""The guarded child: reads one stranger's file through the pipe, answers with rows, a text or a picture, and ends.

It has no credentials, no network and one scratch file; its memory and time are limited. Standard input and output carry records and
bytes (remote_file.py): first the request {"name", "size", "scratch", "rows", "bytes", …choices}, then the answers to its reads.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Any

from dataops_desktop.preview import kinds
from dataops_desktop.preview.found import Found, UnreadableError
from dataops_desktop.preview.remote_file import RefusedError, RemoteFile, receive, send

MEMORY_BYTES = 1 << 30
CPU_S = 20
HEAD = 256 << 10  # one request for text
PACKED_HEAD = 256 << 10
LARGEST_PACKED, MOST_UNPACKED = 32 << 20, 128 << 20  # of kinds that are read whole once they are packed


def look(file: RemoteFile, request: dict[str, Any]) -> Found:
    """Rows, a text or a picture of a file; UnreadableError where it is none of a known kind."""
    name, scratch = str(request["name"]), Path(request["scratch"])
    if not file.size:
        return Found("text", notes=["The object is empty."])
    kind = kinds.of_name(name)
    forced = str(request.get("kind") or "")
    if forced:
        kind = kinds.Kind(forced, kind.packing)
    if file.size <= HEAD:
        file.whole()
    if not (kind.name in kinds.FROM_THE_END and not kind.packing):
        kind = kinds.of_bytes(
            name, file.head(min(HEAD, file.size) if kind.name not in kinds.WHOLE or file.size <= HEAD else 16)
        )
    if forced:
        kind = kinds.Kind(forced, kind.packing)
    if not kind.packing:
        return _read(file, kind.name, request, scratch)
    if kind.name in kinds.BY_PARTS | kinds.WHOLE:
        found = _read(_unpacked(file, kind), kind.name, request, scratch)
    else:
        found = _packed_text(file, kind, request, scratch)
    found.facts.append(("Packed by", kind.packing))
    return found


def _read(file: RemoteFile, kind: str, request: dict[str, Any], scratch: Path) -> Found:
    from dataops_desktop.preview import columnar, documents

    readers = {
        "parquet": columnar.parquet, "orc": columnar.orc, "arrow": columnar.arrow, "avro": columnar.avro, "image": documents.picture, "pdf": documents.pdf,
    }  # fmt: skip
    if kind in readers:
        return readers[kind](file, request)
    if kind == "excel":
        return documents.workbook(file, request, scratch)
    head = file.head(HEAD)
    return _text(head, len(head) >= file.size, kind, request, scratch)


def _text(data: bytes, whole: bool, kind: str, request: dict[str, Any], scratch: Path) -> Found:
    from dataops_desktop.preview import texts

    if kind in {"csv", "tsv"}:
        return texts.csv(data, whole, kind, request, scratch)
    if kind == "json":
        return texts.json_rows(data, whole, request, scratch)
    return texts.plain(data, whole, kind, request)


def _unpacked(file: RemoteFile, kind: kinds.Kind) -> RemoteFile:
    """All of a small file whose kind cannot be read in part once it is packed."""
    from dataops_desktop.preview.unpacking import CutError, unpack

    if file.size > LARGEST_PACKED:
        raise UnreadableError(
            f"{kind.name} inside {kind.packing} cannot be read in part, and it has {file.size:,} bytes; download it"
        )
    try:
        data, more = unpack(file.whole(), kind.packing, MOST_UNPACKED)
    except CutError as error:
        raise UnreadableError(str(error)[:200]) from error
    if more:
        raise UnreadableError("unpacked it is larger than a preview reads, or it is cut")
    return RemoteFile.of(data)


def _packed_text(file: RemoteFile, kind: kinds.Kind, request: dict[str, Any], scratch: Path) -> Found:
    """The head of what is packed; a bzip2 block may be longer than a usual one."""
    from dataops_desktop.preview.unpacking import CutError, unpack

    length = min(PACKED_HEAD, file.size)
    while True:
        try:
            data, more = unpack(file.head(length), kind.packing)
            break
        except CutError as error:
            if length >= file.size or length >= 8 * PACKED_HEAD:
                raise UnreadableError(str(error)[:200]) from error
            length = min(file.size, 8 * PACKED_HEAD)
    return _text(data, not more and length >= file.size, kind.name, request, scratch)


def _limit() -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(file: RemoteFile, request: dict[str, Any], sink: IO[bytes]) -> None:
    """Look, and send what was found; an error is sent as one."""
    import pyarrow as pa

    pa.set_cpu_count(2)
    pa.set_io_thread_count(1)
    try:
        found = look(file, request)
    except RefusedError as error:
        send(sink, {"error": str(error), "refused": True})
        return
    except UnreadableError as error:
        send(sink, {"error": str(error)})
        return
    except MemoryError:
        send(sink, {"error": "it needs more memory than a preview may use"})
        return
    except (
        pa.ArrowException,
        OSError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        RecursionError,
        OverflowError,
    ) as error:
        send(sink, {"error": (str(error).splitlines() or [type(error).__name__])[0][:300]})
        return
    record = {
        "kind": found.kind, "reader": found.reader, "text": found.text, "whole": found.whole, "notes": found.notes, "facts": found.facts,
        "tables": [vars(table) for table in found.tables], "choices": found.choices, "rows": found.rows is not None,
    }  # fmt: skip
    data = found.data
    if found.rows is not None:
        buffer = pa.BufferOutputStream()
        with pa.ipc.new_stream(buffer, found.rows.schema) as writer:
            writer.write_table(found.rows)
        data = buffer.getvalue().to_pybytes()
    send(sink, record, data)


def main() -> int:
    """Imports come first, so that a waiting process answers at once."""
    import pyarrow.parquet  # noqa: F401

    from dataops_desktop.preview import columnar, documents, texts  # noqa: F401

    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing but answers goes there
    try:
        request, _ = receive(source)
    except EOFError:
        return 0
    _limit()
    answer(RemoteFile(int(request["size"]), source, sink), request, sink)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
