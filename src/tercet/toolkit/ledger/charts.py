"""Bars as inline SVG, with labels in HTML beside them, so that they stretch to any width and stay readable. Knows no ledger.

Every bar of a colour is one path, and every column has one box that tells its figures: a year of days is some 60 KB.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

WIDTH, HEIGHT = 1000, 100
_WIDEST = 36.0
_TICKS_X = 5
_TOLD_APART = 100
"""Columns up to which each tells the figures of every colour; more tell their sum, which is shorter."""


class Series(NamedTuple):
    """Values of one colour: one for each column of the chart. `color` is a class of the page's style."""

    name: str
    color: str
    values: Sequence[float]


def bar_chart(
    title: str, columns: Sequence[str], series: Sequence[Series], show: Callable[[float], str], empty: str
) -> str:
    """Return a figure of stacked bars, with a legend if there is more than one colour."""
    tops = [sum(each.values[place] for each in series) for place in range(len(columns))]
    if not any(tops):
        return f"<figure><figcaption>{escape(title)}</figcaption><p class=empty>{escape(empty)}</p></figure>"
    limit = round_up(max(tops))
    legend = "".join(f"<span><i class={each.color}></i>{escape(each.name)}</span>" for each in series)
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f"<div class=legend>{legend if len(series) > 1 else ''}</div>"
        f"<div class=plot><div class=y><span>{escape(show(limit))}</span><span>{escape(show(limit / 2))}</span><span>0</span></div>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" aria-label="{escape(title)}">'
        f'<path class=grid d="M0 .5H{WIDTH}M0 50H{WIDTH}M0 99.5H{WIDTH}"/>'
        f"{_bars(series, len(columns), limit)}{_boxes(columns, series, show)}</svg></div>"
        f"<div class=x>{''.join(f'<span>{escape(label)}</span>' for label in _labels(columns))}</div></figure>"
    )


def round_up(value: float) -> float:
    """Return the next of 1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10, 12 …: a bound that halves into a round number."""
    size = 10.0 ** floor(log10(value))
    return next(
        (step * size for step in (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10) if step * size >= value * 0.9999999), 10 * size
    )


def meter(share: float, color: str = "c0") -> str:
    """Return a small bar for a cell of a table: 0 to 1."""
    width = max(0.0, min(1.0, share)) * 100
    return (
        f'<svg class=meter viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class=track width=100 height=8 />'
        f"<rect class={color} width={width:.1f} height=8 /></svg>"
    )


def _bars(series: Sequence[Series], count: int, limit: float) -> str:
    slot = WIDTH / count
    width = min(slot * 0.8, _WIDEST)
    floors = [float(HEIGHT)] * count
    paths = []
    for each in series:
        steps = []
        for place, value in enumerate(each.values):
            if value <= 0:
                continue
            high = max(value / limit * HEIGHT, 0.4)
            left = place * slot + (slot - width) / 2
            steps.append(f"M{left:.1f} {floors[place]:.1f}h{width:.1f}v-{high:.1f}h-{width:.1f}z")
            floors[place] -= high
        paths.append(f'<path class={each.color} d="{"".join(steps)}"/>')
    return "".join(paths)


def _boxes(columns: Sequence[str], series: Sequence[Series], show: Callable[[float], str]) -> str:
    slot = WIDTH / len(columns)
    found = []
    for place, label in enumerate(columns):
        there = [(each.name, each.values[place]) for each in series if each.values[place]]
        if there:
            apart = ", ".join(f"{name} {show(value)}" for name, value in there)
            told = apart if len(columns) <= _TOLD_APART else show(sum(value for _, value in there))
            found.append(
                f"<rect class=box x={place * slot:.1f} width={slot:.1f} height={HEIGHT}>"
                f"<title>{escape(label)}: {escape(told)}</title></rect>"
            )
    return "".join(found)


def _labels(columns: Sequence[str]) -> Sequence[str]:
    if len(columns) <= _TICKS_X:
        return columns
    last = len(columns) - 1
    return [columns[ceil(last * step / (_TICKS_X - 1))] for step in range(_TICKS_X)]
