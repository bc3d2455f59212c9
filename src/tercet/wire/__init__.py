"""Ground floor: bytes <-> values. Pure: no clock, no randomness, no I/O but for the
files whose base64 a request is to hold; knows the protocol and nothing above it.

arguments.py  checks of arguments       json_body.py, plain_values.py, regular_files.py: values -> the request's JSON
objects.py    Model: a response is its JSON; fields.py: how it is read   messages.py  Message, content blocks, usage
http.py       Request, Response; headers.py, timeouts.py: one exchange   limits.py    rate-limit and retry headers
params/       what callers may send, as TypedDicts                       jsonl.py     batch results, line by line
streams/      bytes -> server-sent events -> a message, fed and linear
errors/       the exception tree; status + headers + body -> exception
"""
