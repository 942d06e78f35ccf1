"""Addresses in every spelling, and keys as local paths: inside, distinct, readable back."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataops_desktop.errors import InputError
from dataops_desktop.objects.addresses import ObjectAddress, clean_key, parse_address
from dataops_desktop.objects.local_names import LocalNames, decode_parts, encode_part

AP = "arn:aws:s3:eu-west-1:123456789012:accesspoint/reports"


@pytest.mark.parametrize(
    ("text", "bucket", "key"),
    [
        ("s3://b-1/a/b c.csv", "b-1", "a/b c.csv"),
        ("s3a://bucket", "bucket", ""),
        ("s3://bucket/what?#is this", "bucket", "what?#is this"),
        ("bucket/a/", "bucket", "a/"),
        ("/bucket/a", "bucket", "a"),
        ("arn:aws:s3:::bucket/a/b", "bucket", "a/b"),
        ("arn:aws-cn:s3:::bucket", "bucket", ""),
        (AP, AP, ""),
        (f"{AP}/object/a/b", AP, "a/b"),
        ("https://s3.console.aws.amazon.com/s3/buckets/bucket?region=eu-west-1&prefix=a/b%20c/", "bucket", "a/b c/"),
        ("https://eu-west-1.console.aws.amazon.com/s3/object/bucket?prefix=a/x.csv", "bucket", "a/x.csv"),
        ("https://bucket.s3.eu-west-1.amazonaws.com/a/%C3%BC", "bucket", "a/ü"),
        ("https://bucket.s3.amazonaws.com/a", "bucket", "a"),
        ("https://s3.eu-west-1.amazonaws.com/bucket/a", "bucket", "a"),
        (" <s3://bucket/a> ", "bucket", "a"),
    ],
)  # fmt: skip
def test_addresses(text: str, bucket: str, key: str) -> None:
    found = parse_address(text)
    assert (found.bucket, found.key) == (bucket, key)
    assert parse_address(found.uri) == ObjectAddress(bucket, key, parse_address(found.uri).region)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ftp://x/y",
        "s3://",
        "https://example.com/bucket/a",
        "x",
        "b:c/d",
        "s3://-a/b",
        "s3://abc/" + "k" * 1025,
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(InputError):
        parse_address(text)


def test_a_console_link_leads_back() -> None:
    address = ObjectAddress("bucket", "a/ü &?.csv", "eu-west-1")
    assert parse_address(address.console_url) == address


def test_new_keys() -> None:
    assert clean_key("a/b.csv") == "a/b.csv"
    for key in ("", "///", "a\nb", "k" * 1025, "\ud800"):
        with pytest.raises(InputError):
            clean_key(key)


NASTY = [
    "../evil", "../../evil", "/abs", "//double", "a//b", "a/./b", "a/../../b", "..", ".", "...", "C:/x", "C:\\x", "a\\..\\b", "CON", "con.txt", "aux",
    "NUL.tar.gz", "COM1", "lpt9.log", "com¹", "a/nul", "trailing.", "trailing ", " leading", "a<b>c", 'q"uote', "pipe|", "ques?", "star*", "colon:x",
    "new\nline", "tab\t", "\x00nul", "\x7fdel", "\u202egnp.exe", "a\u2066b", "A.txt", "a.txt", "\u00c4", "A\u0308", "straße", "STRASSE", "100%", "%41", "%-", "%~2", "x%",
    "x%~2", "b", "b/c", "b/", "k" * 1024, "ü" * 512, "k/" * 500, "日" * 341, "%" * 300, ".hidden", "~", "-rf", "$(rm)", "a'b", "folder/", "é/É", "e\ud800",
]  # fmt: skip


def test_nasty_keys_stay_inside_and_distinct(tmp_path: Path) -> None:
    names = LocalNames(tmp_path)
    placed = {key: names.place(key) for key in NASTY}
    assert len(NASTY) >= 60
    folded = [unicodedata.normalize("NFC", str(path)).casefold() for path in placed.values()]
    assert len(set(folded)) == len(NASTY)
    for key, path in placed.items():
        relative = path.relative_to(tmp_path)
        assert path.resolve().is_relative_to(tmp_path.resolve())
        assert decode_parts(list(relative.parts)) == key
        for part in relative.parts:
            assert len(part.encode()) <= 255
            assert part == part.rstrip(" .")
            assert not set(part) & set('<>:"|?*\\')
            assert not PureWindowsPath(part).is_reserved()
    for key, path in placed.items():
        if key.endswith("/"):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


@given(st.lists(st.text(max_size=80), min_size=1, max_size=30, unique=True))
def test_any_keys(keys: list[str]) -> None:
    root = Path("/chosen")
    names = LocalNames(root)
    placed = [names.place(key) for key in keys]
    assert len({unicodedata.normalize("NFC", str(p)).casefold() for p in placed}) == len(keys)
    for key, path in zip(keys, placed, strict=True):
        assert path.is_relative_to(root)
        assert ".." not in path.parts
        assert decode_parts(list(path.relative_to(root).parts)) == key
        assert names.place(key) == path


@given(st.text(max_size=400))
def test_any_part(part: str) -> None:
    for name in encode_part(part.replace("/", "")):
        assert name
        assert name not in {".", ".."}
        assert len(name.encode()) <= 255
