"""One HTML file of a ledger: plots by day, model and user, cache hits, savings, slow and failed calls.

It holds everything that it shows and loads nothing: no script, no font, no picture, and a policy that forbids them. Names of
models, tags and errors were written by others; all of them are escaped, and short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

from tercet.toolkit.ledger.charts import Series, bar_chart, meter
from tercet.toolkit.ledger.rows import Rows, dollars, text_of

if TYPE_CHECKING:
    from tercet.toolkit.ledger.periods import Moment
    from tercet.toolkit.ledger.sums import Origin

COLORS = 5
"""Models that have a colour of their own in plots."""
LISTED = 15
"""Rows of a table."""
_LONGEST = 48
_MOST_COLUMNS = 380
_OTHERS = "others"
_WORDS = {"time", "model", "user", "whose", "outcome", "source"}
"""Columns of words, which stand to the left."""
_NO_CALLS = "No calls in this time."


class Answering(Protocol):
    """A ledger, as the page sees it."""

    path: str

    def cost(self, *, by: str | Iterable[str], **about: Any) -> Rows:
        """Return sums by group."""
        ...

    def savings(self, **about: Any) -> Rows:
        """Return what was saved."""
        ...

    def calls(self, *, errors: bool = False, slow: bool = False, limit: int | None = 100, **about: Any) -> Rows:
        """Return attempts."""
        ...


def page_of(ledger: Answering, since: Moment, until: Moment, origin: Origin, tz: str | tzinfo | None) -> str:
    """Return the page as text."""
    about: dict[str, Any] = {"since": since, "until": until, "origin": origin, "tz": tz}
    step, pieces = _by_time(ledger, about)
    whole = ledger.cost(by=(), **about)
    models = ledger.cost(by="model", **about)
    users = ledger.cost(by="user", **about)
    named = [row for row in users if row["user"] is not None]
    parts = [
        _head(ledger, pieces, step, origin, tz, whole),
        _tiles(whole),
        _plots(pieces, step, [row["model"] for row in models]),
        _ranking("By model", "model", models),
        _ranking("By user", "user", users) if named else "",
        _savings(ledger.savings(**about)),
        _attempts("Slowest attempts", ledger.calls(slow=True, limit=LISTED, **about), "ms"),
        _attempts("Latest failed attempts", ledger.calls(errors=True, limit=LISTED, **about), "error"),
    ]
    style = files("tercet.toolkit.ledger").joinpath("page.css").read_text("utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="color-scheme" content="light dark"><title>Cost of calls</title><style>{style}</style></head>'
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _by_time(ledger: Answering, about: Mapping[str, Any]) -> tuple[str, Rows]:
    """Return sums by day and model; by week or month where days would be too many to see."""
    rows = Rows([], ())
    for step in ("day", "week", "month"):
        rows = ledger.cost(by=(step, "model"), **about)
        if len(_columns(rows, step)) <= _MOST_COLUMNS:
            break
    return step, rows


def _columns(rows: Rows, step: str) -> list[str]:
    """Return every day, week or month between the first and the last one, those without calls too."""
    there = sorted({row[step] for row in rows})
    if not there:
        return []
    if step == "month":
        first, last = (int(text[:4]) * 12 + int(text[5:7]) - 1 for text in (there[0], there[-1]))
        return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1)]
    length = 7 if step == "week" else 1
    start, end = (datetime.strptime(text, "%Y-%m-%d").date() for text in (there[0], there[-1]))
    return [str(start + timedelta(days=days)) for days in range(0, (end - start).days + 1, length)]


def _head(ledger: Answering, pieces: Rows, step: str, origin: str, tz: str | tzinfo | None, whole: Rows) -> str:
    columns = _columns(pieces, step)
    span = f"{columns[0]} – {columns[-1]}" if columns else "no calls"
    name = ledger.path.replace("\\", "/").rpartition("/")[2]
    who = {"api": "", "local": ", answered by a local API", "all": ", local APIs included"}[origin]
    notes = "".join(f"<p class=note>{escape(note)}</p>" for note in whole.notes)
    return f"<header><h1>{escape(span)}</h1><p>{escape(_short(name))}{who} · days of {escape(str(tz or 'UTC'))}</p>{notes}</header>"


def _tiles(whole: Rows) -> str:
    if not whole:
        return f"<p class=empty>{_NO_CALLS}</p>"
    row = whole[0]
    prompt = row["input"] + row["cache_read"] + row["cache_5m"] + row["cache_1h"]
    low, high = row["low_usd"], row["high_usd"]
    bounds = "exact" if low == high == row["usd"] else f"{_money(low)} to {_money(high)}"
    tiles = (
        ("Spent", _money(row["usd"]), bounds),
        ("Calls", f"{row['calls']:,}", f"{row['attempts']:,} attempts"),
        ("Failed", _percent(row["errors"], row["calls"]), f"{row['errors']:,} calls"),
        ("Tokens in", _many(prompt), f"{_percent(row['cache_read'], prompt)} read from the cache"),
        ("Tokens out", _many(row["output"]), f"{_many(row['output'] / max(1, row['calls']))} a call"),
        ("Time", _time(row["p50_ms"]), f"95 % within {_time(row['p95_ms'])}"),
    )
    return f"<dl class=tiles>{''.join(f'<div><dt>{name}</dt><dd>{escape(value)}</dd><dd class=small>{escape(more)}</dd></div>' for name, value, more in tiles)}</dl>"


def _plots(pieces: Rows, step: str, models: Sequence[Any]) -> str:
    columns = _columns(pieces, step)
    named = models[:COLORS]
    kinds: dict[Any, tuple[str, str]] = {
        model: (_short(text_of("model", model)), f"c{place}") for place, model in enumerate(named)
    }

    def by_model(value: Callable[[Mapping[str, Any]], float]) -> list[Series]:
        return _stacked(
            pieces,
            step,
            columns,
            [*kinds.values(), (_OTHERS, "c5")],
            lambda row: [(kinds.get(row["model"], (_OTHERS, "c5"))[0], value(row))],
        )

    cache = (("read from the cache", "c2"), ("written into it", "c1"), ("neither", "c5"))
    outcome = (("answered", "c0"), ("failed", "bad"))
    return "".join(
        (
            bar_chart(f"US dollars by {step} and model", columns, by_model(lambda row: float(row["usd"] or 0)), _usd_axis, "Nothing with a known price."),
            bar_chart(f"Calls by {step}", columns, _stacked(pieces, step, columns, outcome, _outcomes), _many, _NO_CALLS),
            bar_chart(f"Tokens of prompts by {step}", columns, _stacked(pieces, step, columns, cache, _cached), _many, "No tokens."),
        )
    )  # fmt: skip


def _outcomes(row: Mapping[str, Any]) -> list[tuple[str, float]]:
    return [("answered", row["calls"] - row["errors"]), ("failed", row["errors"])]


def _cached(row: Mapping[str, Any]) -> list[tuple[str, float]]:
    written = row["cache_5m"] + row["cache_1h"]
    return [("read from the cache", row["cache_read"]), ("written into it", written), ("neither", row["input"])]


def _stacked(
    rows: Rows,
    step: str,
    columns: Sequence[str],
    kinds: Iterable[tuple[str, str]],
    values: Callable[[Mapping[str, Any]], list[tuple[str, float]]],
) -> list[Series]:
    """Return a series for each kind that there is, with a value for every column."""
    place = {column: number for number, column in enumerate(columns)}
    sums = {name: [0.0] * len(columns) for name, _ in kinds}
    for row in rows:
        for name, value in values(row):
            sums[name][place[row[step]]] += value
    return [Series(name, color, sums[name]) for name, color in dict(kinds).items() if any(sums[name])]


def _ranking(title: str, name: str, rows: Rows) -> str:
    if not rows:
        return ""
    most = max((float(row["usd"] or 0) for row in rows), default=0) or 1.0
    body = [
        (
            f"<td class=name>{escape(_short(text_of(name, row[name])))}</td><td class=wide>{meter(float(row['usd'] or 0) / most)}</td>"
            f"<td>{_money(row['usd'])}</td><td>{row['calls']:,}</td><td>{_percent(row['errors'], row['calls'])}</td>"
            f"<td>{_percent(row['cache_read'], row['input'] + row['cache_read'] + row['cache_5m'] + row['cache_1h'])}</td>"
            f"<td>{_many(row['output'])}</td><td>{_time(row['p50_ms'])}</td><td>{_time(row['p95_ms'])}</td>"
        )
        for row in rows[:LISTED]
    ]
    more = f"<p class=small>and {len(rows) - LISTED:,} more</p>" if len(rows) > LISTED else ""
    return (
        _table(title, (name, "", "spent", "calls", "failed", "cache hits", "tokens out", "p50", "p95"), body, "ranking")
        + more
    )


def _savings(rows: Rows) -> str:
    if not rows:
        return ""
    body = [
        f"<td class=name>{escape(row['source'])}</td><td>{_many(row['tokens'])}</td><td>{_money(row['usd'])}</td>"
        for row in rows
    ]
    notes = "".join(f"<p class=small>{escape(note)}</p>" for note in rows.notes)
    return _table("Saved by caching and batches", ("source", "tokens", "saved"), body) + notes


def _attempts(title: str, rows: Rows, what: str) -> str:
    rows = Rows([row for row in rows if row[what] is not None], rows.columns)
    if not rows:
        return ""
    body = []
    for row in rows:
        why = " ".join(
            text_of("", part) for part in (row["status"], row["error"], row["error_code"]) if part is not None
        )
        told = why if row["error"] else f"{_many(row['output'])} tokens"
        whose = row["tags"].get("user") or row["job"] or row["conversation"]
        body.append(
            f"<td class=name>{escape(row['time'][:19].replace('T', ' '))}</td><td class=name>{escape(_short(text_of('', row['model'])))}</td>"
            f"<td class=name>{escape(_short(text_of('', whose)))}</td><td class=name>{escape(_short(told))}</td><td>{_time(row['ms'])}</td><td>{_money(row['usd'])}</td>"
        )
    return _table(title, ("time", "model", "whose", "outcome", "took", "cost"), body, "attempts")


def _table(title: str, names: Sequence[str], rows: Iterable[str], kind: str = "plain") -> str:
    """Return a table. Of its `kind` the style says which columns a telephone does without."""
    head = "".join(f"<th{' class=name' if name in _WORDS else ''}>{escape(name)}</th>" for name in names)
    return f"<section><h2>{title}</h2><div class=scroll><table class={kind}><thead><tr>{head}</tr></thead><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table></div></section>"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _money(amount: Decimal | None) -> str:
    return "not known" if amount is None else dollars(amount)


def _usd_axis(value: float) -> str:
    return f"${value:,.0f}" if value >= 10 or value == 0 else f"${value:,.2f}" if value >= 0.1 else f"${value:.4g}"


def _many(count: float | None) -> str:
    """Return a count in three or four characters: 950, 12k, 3.4M."""
    if count is None:
        return "–"
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.1f}{sign}" if count < 10 * size else f"{count / size:.0f}{sign}"
    return f"{count:.0f}" if count == int(count) or count >= 10 else f"{count:.1f}"


def _percent(part: int, whole: int) -> str:
    if not whole:
        return "–"
    share = part / whole * 100
    return f"{share:.0f} %" if share >= 10 or share == 0 else f"{share:.1f} %"


def _time(ms: int | None) -> str:
    return (
        "–"
        if ms is None
        else f"{ms} ms"
        if ms < 1_000
        else f"{ms / 1_000:.1f} s"
        if ms < 100_000
        else f"{ms / 1_000:,.0f} s"
    )
