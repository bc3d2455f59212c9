"""The writing half of the ledger: what each attempt of a call was and cost, one JSON line in a journal of this process.

    layer.py    what a client's calls are written by            call_record.py  a plan around a call's plan, and its lines
    attempt.py  the layer around each attempt, whole or streamed  entry.py      a line: its keys, and what fills them
    journal.py  the files of this process: opened, written, rotated, lost       tags.py   `with tercet.tagged(...)`
    plain_answer.py  the common answer, read at once
    batch_results.py  a line for each result of a batch       bodies.py   what was sent and came, where that is kept
    place.py    where `ledger=` and `TERCET_LEDGER` put it

Reports, and the table that lines are merged into, are elsewhere; they know only what stands here.

**Files.** The ledger at `<path>` has the folder `<path>.d` (mode 0700) of files `<start>-<pid>-<random>.jsonl` (mode 0600;
`start` in ns since 1970), each written by one process. A line is one `write`, UTF-8, and ends in a newline; what has no
newline yet is torn, and stays so if its process is dead. A file is begun anew after 64 MB or a day, and by a child after
`fork`. Its first line is the header `{"tercet_ledger": 1, "pid": 12, "boot": "…", "start": 17…, "lock": true}` (`boot` tells
this run of the machine, or null), its last one `{"tercet_ledger_end": 17…}` if the process began another: nothing follows it.
So a file may be deleted once it is merged and has that line, or its process is dead: with `lock`, the process holds the file
locked (`flock`) for as long as it lives, which holds across containers that share a folder and no pids; without it, it is dead
if `boot` is another, or there is no such pid.
A header with another number than 1 is of a later version.

**Lines.** One object an attempt, identified by `id` and `attempt`; the same pair again is the same attempt. What is absent or
null is not known. Readers ignore keys that they do not know.

    id, attempt         of the call (a batch's result: `<batch id>:<custom_id>`), and 0, 1, 2 … over all models that it asked
    at                  when it was sent, ns since 1970
    kind                messages, stream, batch (one result), submit (a batch; its results cost, not it), count, file, complete, other;
                        cached: a middleware answered by itself, so it cost nothing
    model_asked, model_served          ids, as asked and as answered; not on calls that ask no model
    account, workspace  a hash of the credential (hex), and the workspace that the answer names
    tags                an object of strings: `tags=` of the client with `tagged` over it, without the next three
    conversation, job, item            strings, and a whole number: the tags of these names
    status, stop_reason, request_id    of the answer; a stream's stop_reason may be null since it was cut
    error, error_code   the class of the error that this attempt made or would have made (of a batch's result also `canceled`
                        or `expired`), and the API's `error.details.error_code`
    error_of_call       on the last attempt: the class of the error that the caller got, or null
    last                true on the attempt that ended the call: as many as there are calls
    input, cache_read, cache_5m, cache_1h, output, thinking            tokens; the first five are counted apart, thinking is part of output
    tools, iterations   `server_tool_use` and `iterations` of the usage, as they came
    tier, geo, speed    `service_tier`, `inference_geo` and `speed` of the usage
    nano_usd            what it cost, in 10**-9 US dollars; null if that is not known
    low, high           bounds of it, both equal to it where it is known; high is null where nobody can say
    price_day           the day whose prices were used, as 20261101
    certainty           0 exact; 1 estimated, from a part of an answer; 2 unknown: no answer came, or no price is known
    ms, first_ms        until the whole answer, and until a stream's first bytes of body
    origin              "local" where a local API answered and said so, else "api"

A ledger that keeps bodies has another line behind that of an attempt, in the same write: `tercet_body` (the call's id),
`attempt`, `at`, `until` (ns since 1970: how long it may be kept), `request` and `answer` (JSON text, redacted, cut at a length).

A call that was never sent has one line, with status null and nano_usd 0.
"""
