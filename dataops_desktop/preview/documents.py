"""Pictures, PDF pages and workbooks: kinds that need all of their bytes, so only small ones are shown."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from dataops_desktop.preview.found import Found, Table, UnreadableError
from dataops_desktop.preview.remote_file import RemoteFile
from dataops_desktop.preview.texts import schema_of

LARGEST = 32 << 20
MOST_PIXELS = 80_000_000
SIDE = 1600  # of the picture that is shown


def _all(file: RemoteFile, kind: str) -> bytes:
    if file.size > LARGEST:
        raise UnreadableError(f"{kind} can be shown only whole, and it has {file.size:,} bytes; download it")
    return file.whole()


def picture(file: RemoteFile, options: dict[str, Any]) -> Found:
    """Made smaller, and written anew as PNG: nothing of the file itself reaches the window."""
    del options
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses twice as many
    try:
        with Image.open(io.BytesIO(_all(file, "a picture"))) as opened:
            size, kind, frames = opened.size, opened.format or "", getattr(opened, "n_frames", 1)
            opened.draft("RGB", (SIDE, SIDE))  # JPEG: decode no more than is shown
            shown = ImageOps.exif_transpose(opened)
            shown.thumbnail((SIDE, SIDE))
            out = io.BytesIO()
            shown.convert("RGBA" if "A" in shown.getbands() or "transparency" in shown.info else "RGB").save(
                out, "PNG"
            )
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableError(f"it is not a picture that can be shown ({str(error)[:120]})") from error
    facts = [("Size", f"{size[0]:,} × {size[1]:,} pixels"), ("Format", kind)]
    if frames > 1:
        facts.append(("Frames", f"{frames:,}"))
    return Found("image", "Pillow", data=out.getvalue(), facts=facts)


def pdf(file: RemoteFile, options: dict[str, Any]) -> Found:
    """One page as a picture."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(_all(file, "a PDF"))
        pages = len(document)
        number = min(max(1, int(options.get("page") or 1)), max(1, pages))
        page = document[number - 1]
        width, height = page.get_size()
        scale = max(0.05, min(2.0, SIDE / max(width, height, 1.0)))
        out = io.BytesIO()
        page.render(scale=scale, may_draw_forms=False).to_pil().save(out, "PNG")
    except (pypdfium2.PdfiumError, IndexError, ValueError, OSError) as error:
        raise UnreadableError(f"it is not a PDF that can be shown ({str(error)[:120]})") from error
    return Found(
        "pdf",
        "PDFium",
        data=out.getvalue(),
        facts=[("Pages", f"{pages:,}")],
        choices={"page": number, "pages": pages},
    )


def workbook(file: RemoteFile, options: dict[str, Any], path: Path) -> Found:
    """One sheet, and the list of them."""
    from dataops_desktop.preview.workbook import sheet_names, sheet_table

    path.write_bytes(_all(file, "a workbook"))
    try:
        sheets = sheet_names(str(path))
        index = min(max(0, int(options.get("sheet") or 0)), len(sheets) - 1)
        table = sheet_table(str(path), index)
    except (ValueError, IndexError) as error:
        raise UnreadableError(str(error)[:200]) from error
    listed = Table("Sheets", ["Sheet", "Rows", "Columns"], [[n, f"{r:,}", f"{c:,}"] for n, r, c in sheets])
    return Found(
        "excel", "calamine", table.slice(0, int(options["rows"])), tables=[schema_of(table), listed],
        facts=[("Sheet", sheets[index][0]), ("Rows", f"{table.num_rows:,}")], choices={"sheet": index, "sheets": [n for n, _, _ in sheets]},
    )  # fmt: skip
