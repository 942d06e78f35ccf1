"""Every kind of file through the guarded child and the sandbox's S3: what is shown, and how little was fetched for it."""

from __future__ import annotations

import asyncio
import bz2
import functools
import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.preview_object import Preview, Previews
from dataops_desktop.errors import QueryFailedError
from dataops_desktop.interfaces.cancel import CancelToken
from tests.conftest import Cloud

CSV = "id;name;when\n" + "\n".join(f"{i};n {i};2024-01-{i % 28 + 1:02d}" for i in range(50)) + "\n"
LINES = "\n".join(json.dumps({"id": i, "tags": ["a", str(i)], "at": {"x": i}}) for i in range(40)) + "\n"
Show = Callable[..., Preview]


@pytest.fixture
def show(context: ActionContext, cloud: Cloud) -> Any:
    client = cloud.client("s3")
    client.create_bucket(Bucket="previews")
    previews = Previews(context)

    def look(name: str, data: bytes, **choices: Any) -> Preview:
        client.put_object(Bucket="previews", Key=name, Body=data)
        cloud.clear()
        store = asyncio.run(context.connector("s3"))
        found = asyncio.run(previews.look(store, "previews", name, len(data), CancelToken(), choices))
        assert cloud.requests().get("s3:GetObject", 0) == found.requests
        return found

    return look


def table(rows: int = 1000, columns: int = 6) -> pa.Table:
    return pa.table(
        {f"c{i}": pa.array(range(i, rows + i)) for i in range(columns)}
        | {"t": [f"text {i}" for i in range(rows)]}
    )


def as_parquet(rows: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(rows, out, **options)
    return out.getvalue()


def values(found: Preview) -> list[dict[str, Any]]:
    assert found.rows is not None
    try:
        return found.rows.slice(0, 10_000).to_pylist()
    finally:
        found.rows.close()


def test_parquet_reads_the_footer_and_the_shown_columns_only(show: Show) -> None:
    data = as_parquet(table(200_000, 10), row_group_size=20_000, compression="none")
    found = show("big.parquet", data)
    assert values(found)[:2] == [
        {**{f"c{i}": i for i in range(10)}, "t": "text 0"},
        {**{f"c{i}": i + 1 for i in range(10)}, "t": "text 1"},
    ]
    metadata = pq.read_metadata(io.BytesIO(data))
    group = metadata.row_group(0)
    budget = 65_536 + sum(group.column(i).total_compressed_size for i in range(group.num_columns))
    assert found.requests <= 4
    assert found.bytes_read <= budget < len(data) / 5
    assert ("Rows", "200,000") in found.facts
    schema, groups = found.tables
    assert [row[0] for row in schema.rows][-1] == "t"
    assert schema.rows[0][2:5] == ("0", "199999", "0")
    assert len(groups.rows) == 10


def test_parquet_leaves_out_columns_that_would_cost_much(show: Show) -> None:
    wide = pa.table({f"c{i}": pa.array([f"{i}-{n}" * 20 for n in range(40_000)]) for i in range(12)})
    data = as_parquet(wide, compression="none", use_dictionary=False)
    found = show("wide.parquet", data)
    shown = len(found.rows.columns) if found.rows else 0
    assert 1 <= shown < 12
    assert "columns are not shown" in found.notes[0]
    values(found)
    asked = show("wide.parquet", data, columns=["c11", "c10"])
    assert set(values(asked)[0]) == {"c10", "c11"}


def test_parquet_without_rows_or_with_nested_columns(show: Show) -> None:
    assert values(show("empty.parquet", as_parquet(table(0)))) == []
    nested = pa.table(
        {"a": [{"b": [1, 2], "c": "x"}], "m": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64()))}
    )
    assert values(show("nested", as_parquet(nested)))[0]["a"] == {"b": [1, 2], "c": "x"}


def test_csv_is_sniffed_and_can_be_corrected(show: Show) -> None:
    found = show("a.csv", CSV.encode())
    rows = values(found)
    assert (len(rows), rows[3]["name"], str(rows[3]["when"])) == (50, "n 3", "2024-01-04")
    assert (found.choices["delimiter"], found.choices["header"], found.choices["encoding"]) == (
        ";",
        True,
        "utf-8",
    )
    assert (found.requests, found.bytes_read, found.whole) == (1, len(CSV), True)
    assert set(values(show("a.csv", CSV.encode(), all_text=True))[0].values()) == {"0", "n 0", "2024-01-01"}
    assert len(values(show("a.csv", CSV.encode(), header=False))) == 51
    assert list(values(show("a.csv", CSV.encode(), delimiter=","))[0]) == ["id;name;when"]


def test_a_large_csv_takes_one_request(show: Show) -> None:
    data = ("a,b\n" + "\n".join(f"{i},{i * 2}" for i in range(200_000))).encode()
    found = show("large.csv", data)
    assert (found.requests, found.bytes_read, found.whole, len(values(found))) == (1, 256 << 10, False, 500)


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [("naïve;é\n1;2\n", "utf-8", "utf-8"), ("naïve;é\n1;2\n", "cp1252", "cp1252"), ("naïve;é\n1;2\n", "utf-16", "utf-16"), ("\ufeffnaïve;é\n1;2\n", "utf-8", "utf-8-sig")],
)  # fmt: skip
def test_encodings(show: Show, text: str, encoding: str, said: str) -> None:
    found = show("enc.csv", text.encode(encoding))
    assert list(values(found)[0]) == ["naïve", "é"]
    assert found.choices["encoding"] == said
    wrong = show("enc.csv", "é;b\n1;2\n".encode("cp1252"), encoding="koi8-r")
    assert next(iter(values(wrong)[0])) == "И"


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.csv.gz", gzip.compress), ("a.csv.bz2", bz2.compress), ("a.csv.zst", lambda b: pa.compress(b, codec="zstd", asbytes=True)),
        ("a.csv.snappy", lambda b: pa.compress(b, codec="snappy", asbytes=True)),
        ("framed.csv.snappy", lambda b: __import__("cramjam").snappy.compress(b).read()),
    ],
)  # fmt: skip
def test_packed_text(show: Show, name: str, pack: Callable[[bytes], bytes]) -> None:
    found = show(name, pack(CSV.encode()))
    assert [row["id"] for row in values(found)] == list(range(50))
    assert found.requests == 1


def test_packed_columns_are_read_whole(show: Show) -> None:
    rows = table(300)
    found = show("p.parquet.gz", gzip.compress(as_parquet(rows)))
    assert values(found) == rows.to_pylist()
    assert ("Packed by", "gzip") in found.facts
    out = io.BytesIO()
    with pa.ipc.new_file(out, rows.schema) as writer:
        writer.write_table(rows)
    assert (
        values(show("a.arrow.zst", pa.compress(out.getvalue(), codec="zstd", asbytes=True)))
        == rows.to_pylist()
    )
    with pytest.raises(QueryFailedError, match="larger than a preview"):
        show("bomb.parquet.gz", gzip.compress(b"a" * 200_000_000, 1))


def test_hadoop_snappy(show: Show) -> None:
    block = pa.compress(CSV.encode(), codec="snappy", asbytes=True)
    packed = len(CSV).to_bytes(4, "big") + len(block).to_bytes(4, "big") + block
    assert len(values(show("h.csv.snappy", packed))) == 50


def test_json_lines_arrays_and_single_documents(show: Show) -> None:
    assert values(show("a.jsonl", LINES.encode()))[2] == {"id": 2, "tags": ["a", "2"], "at": {"x": 2}}
    array = "[" + ",\n".join(LINES.strip().split("\n")) + "]"
    assert len(values(show("a.json", array.encode()))) == 40
    long_array = "[" + ",".join(json.dumps({"id": i, "t": "x" * 50}) for i in range(20_000)) + "]"
    found = show("long.json", long_array.encode())
    assert (found.requests, len(values(found)), found.whole) == (1, 500, False)
    assert values(show("one.json", b'{"a": {"b": 1}}')) == [{"a": {"b": 1}}]
    half = show("cut.json", b'{"a": [' + b"1," * 200_000)
    assert half.rows is None
    assert half.text.startswith('{"a"')


def test_avro_orc_arrow(show: Show) -> None:
    import fastavro
    from pyarrow import orc

    records = [{"id": i, "name": f"n{i}"} for i in range(30)]
    schema = {
        "type": "record",
        "name": "r",
        "fields": [{"name": "id", "type": "long"}, {"name": "name", "type": "string"}],
    }
    for codec in ("null", "deflate", "snappy"):
        out = io.BytesIO()
        fastavro.writer(out, schema, records, codec=codec)
        assert values(show("a.avro", out.getvalue())) == records
    rows = table(3000)
    out = io.BytesIO()
    orc.write_table(rows, out)
    assert values(show("a.orc", out.getvalue())) == rows.slice(0, 500).to_pylist()
    for new in (pa.ipc.new_file, pa.ipc.new_stream):
        out = io.BytesIO()
        with new(out, rows.schema) as writer:
            writer.write_table(rows)
        assert values(show("a.arrow", out.getvalue())) == rows.slice(0, 500).to_pylist()


def test_workbooks_pictures_pdf_and_text(show: Show, tmp_path: Any) -> None:
    import xlsxwriter
    from PIL import Image

    book = xlsxwriter.Workbook(str(tmp_path / "b.xlsx"))
    for name in ("First", "Second"):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, [1, name])
    book.close()
    data = (tmp_path / "b.xlsx").read_bytes()
    found = show("b.xlsx", data)
    assert values(found) == [{"a": 1, "b": "First"}]
    assert found.choices["sheets"] == ["First", "Second"]
    assert values(show("b.xlsx", data, sheet=1)) == [{"a": 1, "b": "Second"}]
    out = io.BytesIO()
    Image.new("RGB", (3000, 20), "red").save(out, "PNG")
    picture = show("p.png", out.getvalue())
    assert ("Size", "3,000 × 20 pixels") in picture.facts
    assert Image.open(io.BytesIO(picture.picture)).size == (1600, 11)
    out = io.BytesIO()
    Image.new("RGB", (200, 100), "blue").save(out, "PDF")
    page = show("d.pdf", out.getvalue())
    assert page.facts == (("Pages", "1"),)
    assert Image.open(io.BytesIO(page.picture)).size[0] > 100
    assert show("README.md", b"# Title\n").kind == "markdown"
    assert show("a.sql", b"select 1").text == "select 1"
    assert show("unknown.bin", bytes(range(256)) * 40).kind == "hex"
    assert show("empty.csv", b"").notes == ("The object is empty.",)


def test_names_lie_and_bytes_do_not(show: Show) -> None:
    assert show("really.csv", as_parquet(table(10))).kind == "parquet"
    assert show("no_suffix", as_parquet(table(10))).kind == "parquet"
    assert len(values(show("plain.csv.gz", CSV.encode()))) == 50


@functools.cache
def hostile() -> dict[str, bytes]:
    good = as_parquet(table(5000), compression="none")
    flipped = bytearray(good)
    flipped[-2000:-100] = bytes((b ^ 0x5A) for b in flipped[-2000:-100])
    bomb = gzip.compress(b"a" * 80_000_000, 1)
    import cramjam

    return {
        "cut.parquet": good[:-100], "empty.parquet": b"", "magic.parquet": b"PAR1PAR1", "length.parquet": good[:-8] + b"\xff\xff\xff\x7fPAR1", "flipped.parquet": bytes(flipped),
        "zero.parquet": good[:-8] + b"\x00\x00\x00\x00PAR1", "inside.parquet": b"PAR1" + good[-3000:], "text.parquet": b"hello" * 100, "encrypted.parquet": good[:-4] + b"PARE",
        "deep.json": b"[" * 500_000, "deep.jsonl": b'{"a":' * 1_000_000 + b"1" + b"}" * 1_000_000, "half.json": b'[{"a": 1}, {"a": "\\u12', "nul.json": b'{"a": "\x00"}',
        "line.csv": b"a," * 400_000, "bad.csv": b"\xff\xfe\xfd;\n" * 100, "quote.csv": b'a,b\n"unclosed,1\n' + b"x,y\n" * 1000, "ragged.csv": b"a,b\n1\n1,2,3\n4,5\n",
        "nul.csv": b"a,b\n\x00,2\n", "bomb.csv.gz": bomb, "cut.csv.gz": gzip.compress(CSV.encode())[:-30], "notgzip.csv.gz": b"\x1f\x8bnonsense", "bomb.csv.zst": pa.compress(b"b" * 100_000_000, codec="zstd", asbytes=True),
        "bomb.csv.bz2": bz2.compress(b"c" * 50_000_000), "bad.csv.snappy": b"\xff\x06\x00\x00sNaPpY\x00\x10\x00\x00garbage", "huge.csv.snappy": b"\xff\xff\xff\xff\x0f" + b"x" * 100,
        "snappybomb.csv.snappy": cramjam.snappy.compress(b"d" * 60_000_000).read(), "bad.avro": b"Obj\x01" + b"\xff" * 200, "cut.avro": b"Obj\x01\x04\x14avro.codec\x08null", "bad.orc": b"ORC" + b"\x07" * 500,
        "bad.arrow": b"ARROW1\x00\x00" + b"\xff" * 300, "stream.arrow": b"\xff\xff\xff\xff\xff\xff\xff\x7f" + b"0" * 100, "bad.xlsx": b"PK\x03\x04" + b"0" * 300, "bad.xls": b"\xd0\xcf\x11\xe0" + b"1" * 600,
        "bad.png": b"\x89PNG\r\n\x1a\n" + b"0" * 100, "bomb.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\x00\x00\x00", "bad.pdf": b"%PDF-1.7\n" + b"obj" * 100,
        "bad.jpg": b"\xff\xd8\xff" + b"\x00" * 50,
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(hostile()))
def test_hostile_files_end_their_child_at_worst(show: Show, name: str) -> None:
    try:
        found = show(name, hostile()[name])
    except QueryFailedError as refused:
        message = refused.message
    else:
        message = name
        assert len(found.text) <= 262_144
        if found.rows is not None:
            assert found.rows.row_count <= 500
            found.rows.close()
    assert name in message
    assert len(message) < 500


def test_cancelling_ends_the_child(context: ActionContext, cloud: Cloud) -> None:
    from dataops_desktop.errors import CancelledByUserError

    client = cloud.client("s3")
    client.create_bucket(Bucket="previews")
    client.put_object(Bucket="previews", Key="a.csv", Body=CSV.encode())
    cloud.fault("latency", operation="GetObject", latency_ms=1500)
    cancel = CancelToken()

    async def run() -> None:
        store = await context.connector("s3")
        task = asyncio.ensure_future(Previews(context).look(store, "previews", "a.csv", len(CSV), cancel))
        await asyncio.sleep(0.3)
        cancel.cancel()
        await task

    with pytest.raises(CancelledByUserError):
        asyncio.run(run())
