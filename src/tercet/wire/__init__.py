"""Ground floor: bytes <-> values. Pure: no I/O, no clock, no randomness; knows the protocol and nothing above it.

objects.py    Model: a response is its JSON; fields.py: how it is read   messages.py  Message, content blocks, usage
http.py       Request, Response; headers.py, timeouts.py: one exchange   limits.py    rate-limit and retry headers
params/       what callers may send, as TypedDicts                       jsonl.py     batch results, line by line
streams/      bytes -> server-sent events -> a message, fed and linear
errors/       the exception tree; status + headers + body -> exception
"""
