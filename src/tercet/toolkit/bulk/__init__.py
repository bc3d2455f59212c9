"""Bulk: from a hundred prompts to millions, kept in a folder, killed at any moment and gone on with.

    job.py          `tercet.bulk` and its `Job`: run, iterate, status, failed, retry, table
    gather.py       `tercet.ask_all` and `aask_all`: a list of prompts, answers in order, no folder
    engine.py       runs one way over what is unanswered: writes its groups, ends a job that goes wrong, counts
    ways.py         what a way of answering must do, and how one is found
    live.py         the live way: many requests at once, at the client's pace
    batches/        the way of Message Batches: shards, the submission protocol, results once
    auto.py         which way, in one sentence; estimates and probes
    requests.py     rows -> numbered requests: `ask`, the output format, what cannot be asked
    answers.py      messages -> results: status, value, cost; a misfit is asked again once
    folder.py       the job's folder: opened by one runner, refused if newer or of another job
    results.py      its append-only logs: written, scanned, read again
    changes.py      whether source and request are what they were, and what changed
    sources.py      rows of a path, an iterable, an Arrow stream
    outputs.py      rows and results -> JSONL, CSV, Parquet, in input order
    columns.py      the names of our columns beside the source's
    templates.py    `{name}` in a prompt is a field, nothing more
    stopping.py     Ctrl-C once and twice, SIGTERM
    progress.py     a bar on a terminal, lines elsewhere
    items.py        the values: numbered request, result, status
    errors.py       what can go wrong, as classes

Arrows: job -> engine -> ways -> answers, requests -> items; engine and job -> folder -> results -> items; ways know neither
folder nor source: they take an iterator of requests and give groups of results. `batches/` keeps its intents in the
folder's `job.db`, and in nothing else.

**Exactly once.** An item counts as answered when its line stands in a log; the output is made of the logs alone, one row an
item, in input order. What was under way when a process died is asked again: at most as many as were under way at once.

**A way** (`ways.py`) is an object whose `answer(requests, stop)` is an async generator: it pulls `NumberedRequest`s from the
iterator as it needs them, and yields groups of `ItemResult`s (at most 500, or what came within a second). When it is asked
for its next group, the one before stands in the log. It ends when the iterator is empty and everything is answered, or soon
after `stop` was set: then it pulls nothing more, and finishes what is under way where that takes seconds (live) or leaves it
where it goes on without us (batches). Errors that concern the whole job (a wrong key, a budget) are raised.
"""
