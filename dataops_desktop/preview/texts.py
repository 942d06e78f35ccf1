"""Text: its encoding, CSV and TSV with their dialect, JSON and JSON lines. Everything guessed is said and can be told otherwise."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dataops_desktop.preview.found import Found, Table, UnreadableError
from dataops_desktop.preview.locked_duckdb import connect, literal

ENCODINGS = (
    "utf-8",
    "utf-16",
    "cp1252",
    "iso-8859-1",
    "iso-8859-15",
    "cp1251",
    "koi8-r",
    "shift_jis",
    "gb18030",
    "euc-kr",
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
MEMORY = "600MB"
MOST_TEXT = 262_144  # characters
MOST_JSON_DEPTH = 100
HEX_BYTES = 4096
LONGEST_LINE = 4 << 20


def decode(data: bytes, whole: bool, encoding: str = "") -> tuple[str, str, str]:
    """(text, encoding, note). Bytes that are no text at all raise UnreadableError."""
    if encoding:
        if encoding not in ENCODINGS and encoding != "utf-8-sig":
            raise UnreadableError(f"the encoding {encoding} is not known here")
        text = codecs.getincrementaldecoder(encoding)("replace").decode(data, final=whole)
        return (
            text,
            encoding,
            f"{text.count(chr(0xFFFD)):,} characters are not {encoding}" if "\ufffd" in text else "",
        )
    for bom, name in _BOMS:
        if data.startswith(bom):
            return codecs.getincrementaldecoder(name)("replace").decode(data, final=whole), name, ""
    try:
        text = codecs.getincrementaldecoder("utf-8")("strict").decode(data, final=whole)
    except UnicodeDecodeError:
        sample = data[:4096]
        if sample[1::2].count(0) > len(sample) // 4:
            return (
                codecs.getincrementaldecoder("utf-16-le")("replace").decode(data, final=whole),
                "utf-16",
                "taken for UTF-16 by its zero bytes",
            )
        if any(byte < 9 or 13 < byte < 27 or 28 <= byte < 32 for byte in sample):
            raise UnreadableError("it is not text") from None
        return (
            data.decode("cp1252", "replace"),
            "cp1252",
            "not UTF-8: taken for Windows-1252; pick another encoding where letters look wrong",
        )
    if "\x00" in text[:4096]:
        raise UnreadableError("it is not text")
    return text, "utf-8", ""


def plain(data: bytes, whole: bool, kind: str, options: dict[str, Any]) -> Found:
    """As text; bytes that are none as a hex dump."""
    try:
        text, encoding, note = decode(data, whole, str(options.get("encoding") or ""))
    except UnreadableError:
        lines = []
        for at in range(0, min(len(data), HEX_BYTES), 16):
            row = data[at : at + 16]
            shown = "".join(chr(b) if 32 <= b < 127 else "·" for b in row)
            lines.append(f"{at:08x}  {row.hex(' '):<47}  {shown}")
        return Found(
            "hex",
            text="\n".join(lines),
            whole=whole and len(data) <= HEX_BYTES,
            notes=["Not text: its first bytes"],
        )
    cut = len(text) > MOST_TEXT
    return Found(
        kind,
        text=text[:MOST_TEXT],
        whole=whole and not cut,
        notes=[note] if note else [],
        choices={"encoding": encoding},
    )


def _lines(text: str, whole: bool) -> str:
    """Without the line that the end of a head cuts."""
    if whole:
        return text
    end = text.rfind("\n")
    return text[: end + 1] if end >= 0 else text


def csv(data: bytes, whole: bool, kind: str, options: dict[str, Any], path: Path) -> Found:
    """DuckDB finds delimiter, quotes, header and types; what a person chose is taken as it is."""
    import duckdb

    text, encoding, note = decode(data, whole, str(options.get("encoding") or ""))
    text = _lines(text, whole)
    if not text.strip():
        return Found(
            kind, text=text, whole=whole, notes=["There are no rows."], choices={"encoding": encoding}
        )
    if max(map(len, text.split("\n", 1000))) > LONGEST_LINE:
        raise UnreadableError("one of its lines has more than four million characters")
    path.write_text(text, encoding="utf-8", newline="")
    connection = connect([str(path)], MEMORY)
    given = []
    if delimiter := str(options.get("delimiter") or ("\t" if kind == "tsv" else "")):
        given.append(f"delim = {literal(delimiter)}")
    if options.get("header") is not None:
        given.append(f"header = {'true' if options['header'] else 'false'}")
    if options.get("all_text"):
        given.append("all_varchar = true")
    notes = [note] if note else []
    rows = int(options["rows"])
    for lenient in (
        "",
        "ignore_errors = true",
        "ignore_errors = true, strict_mode = false, null_padding = true, parallel = false",
    ):
        arguments = ", ".join(
            [literal(str(path)), *given, *([lenient] if lenient else []), "sample_size = -1"]
        )
        try:
            sniffed = connection.execute(
                f"SELECT Delimiter, Quote, HasHeader FROM sniff_csv({arguments})"
            ).fetchall()
            table = connection.sql(f"SELECT * FROM read_csv({arguments}) LIMIT {rows}").to_arrow_table()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            continue
        if lenient:
            notes.append(
                "some lines have another number of fields or values of another type; they are left out or filled up"
            )
        choices = {
            "encoding": encoding,
            "delimiter": sniffed[0][0],
            "header": bool(sniffed[0][2]),
            "all_text": bool(options.get("all_text")),
            "quoted": '"' in text,
        }
        return Found(
            kind, "DuckDB", table, whole=whole, notes=notes, choices=choices, tables=[schema_of(table)]
        )
    raise UnreadableError(f"it cannot be read as {kind.upper()} ({reason})")


def json_rows(data: bytes, whole: bool, options: dict[str, Any], path: Path) -> Found:
    """Lines, or the elements of an array as far as they came; anything else as text."""
    import duckdb

    text, encoding, note = decode(data, whole, str(options.get("encoding") or ""))
    start = text.lstrip("\ufeff \t\r\n")
    depth = _deepest(start)
    notes = [note] if note else []
    if depth > MOST_JSON_DEPTH:
        notes.append(f"nested {depth:,} levels deep: shown as text")
        return Found("json", text=text[:MOST_TEXT], whole=whole, notes=notes, choices={"encoding": encoding})
    if start.startswith("["):
        records = _elements(start, int(options["rows"]))
    else:
        records = _documents(start, whole, int(options["rows"]))
    if not records:
        return Found("json", text=text[:MOST_TEXT], whole=whole, notes=notes, choices={"encoding": encoding})
    path.write_text("\n".join(" ".join(record.splitlines()) for record in records) + "\n", encoding="utf-8")
    connection = connect([str(path)], MEMORY)
    source = f"read_json({literal(str(path))}, format = 'newline_delimited', sample_size = -1"
    for lenient in ("", ", ignore_errors = true"):
        try:
            table = connection.sql(f"SELECT * FROM {source}{lenient})").to_arrow_table()
        except duckdb.Error:
            continue
        if lenient:
            notes.append("some records could not be read and are left out")
        if table.num_columns:
            return Found(
                "json",
                "DuckDB",
                table,
                whole=whole,
                notes=notes,
                choices={"encoding": encoding, "lines": not start.startswith("[") and _one_a_line(records)},
                tables=[schema_of(table)],
            )
    notes.append("it is not valid JSON")
    return Found("json", text=text[:MOST_TEXT], whole=whole, notes=notes, choices={"encoding": encoding})


def _one_a_line(records: list[str]) -> bool:
    return all("\n" not in record for record in records)


def _brackets(text: str) -> Iterator[tuple[int, str]]:
    """Where objects and arrays begin and end, brackets inside of strings left out."""
    inside = escaped = False
    for at, letter in enumerate(text):
        if inside:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                inside = False
        elif letter == '"':
            inside = True
        elif letter in "[{]}":
            yield at, letter


def _deepest(text: str) -> int:
    """How deep objects and arrays nest, without parsing."""
    depth = most = 0
    for _, letter in _brackets(text):
        depth += 1 if letter in "[{" else -1
        most = max(most, depth)
    return most


def _elements(text: str, most: int) -> list[str]:
    """The whole elements of an array of objects, as many as there are before the text ends."""
    return _values(text[1:], most)


def _documents(text: str, whole: bool, most: int) -> list[str]:
    """JSON lines, or documents one after another; a single document that did not come whole is none."""
    found = _values(text, most)
    return found if whole or len(found) > 1 else []


def _values(text: str, most: int) -> list[str]:
    found: list[str] = []
    depth, begin = 0, -1
    for at, letter in _brackets(text):
        if letter in "[{":
            if depth == 0:
                begin = at
            depth += 1
            continue
        depth -= 1
        if depth < 0:
            break
        if depth == 0:
            found.append(text[begin : at + 1])
            if len(found) >= most:
                break
    return found


def schema_of(table: Any) -> Table:
    """Names and types of rows that came."""
    return Table("Schema", ["Column", "Type"], [[field.name, str(field.type)] for field in table.schema])
