"""Bulk: from a hundred prompts to millions, kept in a folder, killed at any moment and gone on with.

    job.py          `tercet.bulk` and its `Job`: run, iterate, status, failed, retry, table
    gather.py       `tercet.ask_all` and `aask_all`: a list of prompts, no folder
    short_schema.py schemas in a line, for the command line
    settings.py     what was asked for, checked
    status.py       how far a job has come
    session.py      one run: folder held, source compared, the rest asked, the output written
    engine.py       drives one way over what is unanswered: writes its groups, ends a job that goes wrong
    ways.py         what a way of answering must do
    live.py         the live way: many requests at once, at the client's pace
    choosing.py     live or by batches, where nobody said
    probing.py      the first items of a random order; estimates.py: the interval that they give
    batches.py      the way of Message Batches: shards under way, each submitted once, read until all is answered
    batch_submission.py  how a batch is submitted exactly once: a plan of effects
    batch_records.py     what `job.db` tells of batches: intents first
    batch_reading.py     results of a batch, once, whatever happens while they are read
    batch_api.py         the calls: a body is sent once, everything else is repeated until it is known
    shards.py       bodies of batches as files, ids that say whose a result is
    asking.py       an async client, whichever client was given
    requests.py     rows -> numbered requests: `ask`, the output format, what cannot be asked
    answers.py      messages -> results: status, value, cost; a misfit is asked again once
    folder.py       the job's folder: opened by one runner, refused if newer or of another job
    results.py      its append-only logs: written, scanned, read again
    changes.py      whether source and request are what they were, and what changed
    rows.py         rows by number: remembered as they are read, found again
    dedupe.py       equal requests, asked once
    stored.py       results with their rows: items, rows of the output
    tail.py         items as they come, read from the logs
    sources.py      rows of a path, an iterable, an Arrow stream
    outputs.py      JSONL, CSV, Parquet: whole or not at all
    columns.py      the names of our columns beside the source's
    templates.py    `{name}` in a prompt is a field, nothing more
    stopping.py     Ctrl-C once and twice, SIGTERM
    progress.py     a bar on a terminal, lines elsewhere
    items.py        the values: numbered request, result, status
    errors.py       what can go wrong, as classes

Arrows: job -> session -> engine, ways -> answers, requests -> items; session -> rows, stored -> results -> items; ways know neither
source nor output: they take an iterator of requests and give groups of results. Batches keep their intents in the folder's
`job.db` and their bodies in files beside it, and know nothing else of the folder.

**Exactly once.** An item counts as answered when its line stands in a log; the output is made of the logs alone, one row an
item, in input order. What was under way when a process died is asked again: at most as many as were under way at once.

**A way** (`ways.py`) is an object whose `answer(requests, stop)` is an async generator: it pulls `NumberedRequest`s from the
iterator as it needs them, and yields groups of `ItemResult`s (about 500 at most, none of them held back for long). When it is asked
for its next group, the one before stands in the log. It ends when the iterator is empty and everything is answered, or soon
after `stop` was set: then it pulls nothing more, and finishes what is under way where that takes seconds (live) or leaves it
where it goes on without us (batches). Errors that concern the whole job (a wrong key, a budget) are raised.
"""
