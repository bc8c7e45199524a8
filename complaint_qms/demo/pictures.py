"""Photos that come with the demo's complaints, drawn so that each shows the product, its fault and its own label."""

from __future__ import annotations

import math
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from complaint_qms.demo.stories import FLASK, KETTLE, MONITOR, STEAM

SIZE = (960, 720)
_STEEL, _STEEL_DARK, _BLACK, _WATER = (176, 182, 188), (122, 128, 136), (38, 40, 44), (112, 158, 192)
_WHITE, _GREY, _CARDBOARD, _CARDBOARD_DARK = (238, 240, 241), (150, 156, 160), (186, 146, 98), (138, 104, 66)
_PLAUSIBLE, _IMPLAUSIBLE = ("SYS 124", "DIA  81", "PUL  72"), ("SYS 178", "DIA  96", "Err  3")

Draw = ImageDraw.ImageDraw


def of_product(item: str, complaint_type: str, random: Random) -> bytes:
    """The product on a table with what is wrong with it; a JPEG."""
    picture, draw = _table(random)
    shape = {KETTLE: _kettle, FLASK: _flask, STEAM: _inhaler, MONITOR: _monitor}
    fault = {
        "Leak": _puddle,
        "Broken or Damaged": _crack,
        "Appearance or Finish": _scratches,
        "Early Wear": _rust,
        "Contamination or Foreign Body": _chips,
        "Dimension or Fit": _crack,
        "Damaged in Transport": _dents,
    }
    if complaint_type == "Damaged in Transport":
        _carton(draw, random)
    else:
        shape[item](draw)
        if item == MONITOR:
            _reading(draw, _PLAUSIBLE if complaint_type == "Safety or Harm" else _IMPLAUSIBLE)
    if complaint_type in fault:
        fault[complaint_type](draw, random)
    return _photo(picture, random)


def of_label(title: str, lines: list[str], random: Random) -> bytes:
    """The type plate close by: name of the product, batch and serial number; a JPEG."""
    picture, draw = _table(random)
    draw.rounded_rectangle((150, 150, 810, 570), 18, fill=_WHITE, outline=_GREY, width=3)
    draw.text((190, 185), title, fill=_BLACK, font=ImageFont.load_default(40))
    for number, line in enumerate(lines):
        draw.text((190, 260 + 52 * number), line, fill=_BLACK, font=ImageFont.load_default(32))
    left = 190
    while left < 760:
        width = random.choice((3, 3, 5, 8))
        draw.rectangle((left, 455, left + width, 535), fill=_BLACK)
        left += width + random.choice((4, 6, 9))
    return _photo(picture, random)


def _table(random: Random) -> tuple[Image.Image, Draw]:
    wall = random.choice(((206, 202, 194), (190, 198, 202), (214, 208, 190)))
    wood = random.choice(((150, 118, 88), (128, 132, 136), (172, 148, 118)))
    picture = Image.new("RGB", SIZE, wall)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 520, *SIZE), fill=wood)
    for _line in range(24):
        height, shade = random.randint(524, SIZE[1]), random.randint(-10, 10)
        draw.line((0, height, SIZE[0], height + random.randint(-6, 6)), fill=tuple(c + shade for c in wood))
    return picture, draw


def _photo(picture: Image.Image, random: Random) -> bytes:
    """Held not quite straight, a little unsharp and darker to the corners, as a phone takes it."""
    picture = picture.rotate(random.uniform(-3, 3), Image.Resampling.BICUBIC, fillcolor=(120, 112, 104))
    picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0.6, 1.4)))
    shade, corners, grain = _film()
    picture = Image.composite(shade, picture, corners)
    stored = BytesIO()
    Image.blend(picture, grain, 0.06).save(stored, "JPEG", quality=80)
    return stored.getvalue()


@cache
def _film() -> tuple[Image.Image, Image.Image, Image.Image]:
    """Dark corners (what they are made of, and where) and grain."""
    corners = Image.radial_gradient("L").resize(SIZE).point(lambda far: far // 3)
    return Image.new("RGB", SIZE, (20, 20, 24)), corners, Image.effect_noise(SIZE, 18).convert("RGB")


# Products ------------------------------------------------------------------------------------------------------------


def _kettle(draw: Draw) -> None:
    draw.arc((560, 230, 760, 520), -80, 80, fill=_BLACK, width=34)
    draw.polygon(((330, 250), (270, 220), (330, 330)), fill=_STEEL_DARK)
    draw.polygon(((340, 190), (620, 190), (670, 560), (290, 560)), fill=_STEEL)
    draw.polygon(((360, 200), (420, 200), (390, 550), (320, 550)), fill=(206, 211, 216))
    draw.ellipse((340, 160, 620, 220), fill=_STEEL_DARK)
    draw.rounded_rectangle((270, 560, 690, 612), 14, fill=_BLACK)


def _flask(draw: Draw) -> None:
    draw.rounded_rectangle((400, 90, 560, 190), 20, fill=_BLACK)
    draw.rounded_rectangle((370, 180, 590, 610), 36, fill=_STEEL)
    draw.rectangle((400, 210, 440, 590), fill=(208, 213, 218))
    draw.rectangle((370, 560, 590, 575), fill=_STEEL_DARK)


def _inhaler(draw: Draw) -> None:
    draw.ellipse((380, 110, 580, 290), fill=(196, 220, 226), outline=_GREY, width=6)
    draw.rounded_rectangle((330, 270, 630, 600), 46, fill=_WHITE, outline=_GREY, width=4)
    draw.rounded_rectangle((400, 430, 560, 470), 18, fill=(92, 146, 160))
    draw.ellipse((450, 500, 510, 560), fill=(92, 146, 160))


def _monitor(draw: Draw) -> None:
    draw.arc((560, 120, 900, 620), 90, 300, fill=(70, 84, 104), width=60)
    draw.rounded_rectangle((190, 230, 610, 600), 34, fill=_WHITE, outline=_GREY, width=4)
    draw.rectangle((230, 270, 570, 480), fill=(176, 190, 172))
    draw.rounded_rectangle((320, 515, 480, 570), 20, fill=(92, 146, 160))


def _reading(draw: Draw, lines: tuple[str, ...]) -> None:
    for number, text in enumerate(lines):
        draw.text((260, 276 + 68 * number), text, fill=_BLACK, font=ImageFont.load_default(54))


def _carton(draw: Draw, random: Random) -> None:
    draw.polygon(((240, 250), (640, 220), (720, 330), (720, 600), (240, 610)), fill=_CARDBOARD)
    draw.polygon(((640, 220), (720, 330), (720, 600), (650, 610)), fill=_CARDBOARD_DARK)
    draw.rectangle((400, 236, 450, 608), fill=(206, 178, 130))
    draw.text((270, 540), "FRAGILE", fill=_BLACK, font=ImageFont.load_default(44))


# Faults --------------------------------------------------------------------------------------------------------------


def _puddle(draw: Draw, random: Random) -> None:
    for _part in range(7):
        x, y = random.randint(300, 640), random.randint(600, 640)
        draw.ellipse((x - random.randint(60, 130), y, x + random.randint(60, 130), y + 44), fill=_WATER)
    for _drop in range(6):
        x, y = random.randint(330, 630), random.randint(500, 590)
        draw.ellipse((x, y, x + 9, y + 16), fill=_WATER)


def _crack(draw: Draw, random: Random) -> None:
    x, y = random.randint(430, 500), 240
    points = [(x, y)]
    while y < 430:
        x, y = x + random.randint(-26, 26), y + random.randint(18, 34)
        points.append((x, y))
    draw.line(points, fill=_BLACK, width=6)
    draw.line([*points[2:4], (points[3][0] + 40, points[3][1] + 18)], fill=_BLACK, width=4)


def _scratches(draw: Draw, random: Random) -> None:
    for _scratch in range(14):
        x, y, turn = random.randint(400, 540), random.randint(230, 520), random.uniform(-0.5, 0.5)
        length = random.randint(30, 90)
        end = (x + length * math.cos(turn), y + length * math.sin(turn))
        draw.line((x, y, *end), fill=(232, 234, 236), width=random.choice((2, 3)))


def _rust(draw: Draw, random: Random) -> None:
    for _spot in range(22):
        x, y, size = random.randint(385, 570), random.randint(180, 250), random.randint(4, 16)
        draw.ellipse((x, y, x + size, y + size), fill=random.choice(((128, 72, 36), (104, 58, 30))))


def _chips(draw: Draw, random: Random) -> None:
    for _chip in range(16):
        x, y = random.randint(350, 600), random.randint(300, 560)
        draw.polygon(((x, y), (x + 16, y + 5), (x + 9, y + 18)), fill=(250, 250, 250), outline=_GREY)


def _dents(draw: Draw, random: Random) -> None:
    draw.polygon(((240, 420), (330, 470), (300, 610), (240, 610)), fill=_CARDBOARD_DARK)
    draw.line(((240, 420), (330, 470), (420, 440), (520, 500)), fill=(96, 70, 44), width=7)
    _crack(draw, random)
