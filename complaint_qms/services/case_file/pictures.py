"""Photos as they go onto paper: no larger than a page shows them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

_LONGEST: Final = 1600
_MOST_PIXELS: Final = 120_000_000
_QUALITY: Final = 82


class NoPicture(ValueError):
    """It cannot be shown as a picture."""


def as_jpeg(path: Path) -> bytes:
    """A picture as JPEG, upright, its longer side no more than 1600 pixels.

    Raises:
        NoPicture: it is none, it is damaged, or it has more pixels than this reads.
    """
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise NoPicture("too large")
            picture.draft("RGB", (_LONGEST, _LONGEST))
            picture.thumbnail((_LONGEST, _LONGEST))
            upright = ImageOps.exif_transpose(picture)
            if upright.mode != "RGB":
                white = Image.new("RGB", upright.size, "white")
                with_alpha = upright.convert("RGBA")
                white.paste(with_alpha, mask=with_alpha.getchannel("A"))
                upright = white
            written = io.BytesIO()
            upright.save(written, "JPEG", quality=_QUALITY)
            return written.getvalue()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, MemoryError) as error:
        raise NoPicture(str(error)) from error
