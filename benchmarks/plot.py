"""Line charts as SVG, with a logarithmic axis of sizes."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 200, 40, 40
_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b")

type Points = Sequence[tuple[float, float]]


def write_chart(path: Path, title: str, axis: str, lines: Mapping[str, Points]) -> None:
    """One line for each name; the lower end of the upright axis is 0."""
    points = [point for each in lines.values() for point in each]
    most = max(value for _, value in points) * 1.1 or 1
    first, last = (math.log10(end(size for size, _ in points)) for end in (min, max))
    parts = [_frame(title, axis, most)]
    for number, (name, each) in enumerate(lines.items()):
        places = [(_x(size, first, last), _y(value, most)) for size, value in each]
        parts.append(_line(name, number, places))
    parts += [_tick(size, _x(size, first, last)) for size in sorted({size for size, _ in points})]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*parts, "</svg>", ""]))


def _x(size: float, first: float, last: float) -> float:
    return _LEFT + (math.log10(size) - first) / ((last - first) or 1) * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, most: float) -> float:
    return _HEIGHT - _BOTTOM - value / most * (_HEIGHT - _TOP - _BOTTOM)


def _frame(title: str, axis: str, most: float) -> str:
    across = f'x1="{_LEFT}" x2="{_WIDTH - _RIGHT}"'
    grid = "\n".join(
        f'<line {across} y1="{_y(value, most):.0f}" y2="{_y(value, most):.0f}" stroke="#ddd"/>'
        f'<text x="{_LEFT - 6}" y="{_y(value, most) + 4:.0f}" text-anchor="end">{value:.3g}</text>'
        for value in (most * part / 4 for part in range(5))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" '
        f'font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n'
        f'<text x="{_LEFT}" y="20" font-size="14">{title}</text>\n{grid}\n'
        f'<text x="{_LEFT}" y="{_HEIGHT - 6}">{axis}</text>'
    )


def _line(name: str, number: int, places: Sequence[tuple[float, float]]) -> str:
    colour = _COLOURS[number % len(_COLOURS)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)
    label = f'<text x="{_WIDTH - _RIGHT + 12}" y="{_TOP + 16 * number}" fill="{colour}">{name}</text>'
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}{label}'


def _tick(size: float, x: float) -> str:
    return f'<text x="{x:.0f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{_short(size)}</text>'


def _short(size: float) -> str:
    """1,000 is 1k."""
    for unit, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if size >= unit:
            return f"{size / unit:.0f}{letter}"
    return f"{size:.0f}"
