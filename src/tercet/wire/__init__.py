"""Ground floor: bytes <-> values. Pure: no clock, no randomness, no I/O but for the
files whose base64 a request is to hold; knows the protocol and nothing above it.

requests/     what callers give -> the request's JSON: sentinels, checks, files, plain values
model.py      Model: a response is its JSON              http.py         Request, Response; headers.py, timeout.py
serialize.py  Model -> plain dicts and JSON text         rate_limits.py  rate-limit and retry headers
params/       what callers may send, as TypedDicts       json_schema.py  whether a value fits a schema
responses/    what the API sends, as Models              stream/         bytes -> server-sent events -> a message
redaction.py  texts and JSON without credentials, in every form that they may have there (encodings.py)
errors/       the exception tree; status + headers + body -> exception
"""
