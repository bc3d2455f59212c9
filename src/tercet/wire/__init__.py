"""Ground floor: bytes <-> values. Pure: no I/O, no clock, no randomness; knows the protocol and nothing above it.

objects.py    Model: a response is its JSON; fields.py: how it is read messages.py  Message, content blocks, usage
http.py       Request, Response; headers.py, timeouts.py: one exchange params.py    what callers may send, as TypedDicts
sse.py        bytes -> server-sent events, fed                         events.py    stream events, raw and of the helper
assemble.py   events -> message, linear                                partial.py   the readable part of unfinished JSON
errors.py     the exception tree; status + headers + body -> error     limits.py    rate-limit and retry headers
jsonl.py      batch results, line by line
"""
