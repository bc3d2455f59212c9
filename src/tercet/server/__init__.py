"""The local API: the Claude wire protocol served on this machine. Imports wire and catalog only.

run.py        start and stop a real server                 settings.py  how one server behaves
http/         connections: bytes <-> requests, responses    exchange.py  one request as the handlers see it
app.py        guard, route, handler, response              routes.py    every path, in one table
endpoints/    what answers each path                       serving.py   request -> checks, answer, usage: the one way
validation/   what the API refuses, in its words            access.py    who asks, in which version, with which betas
answer.py     who answers: one small interface             simulated/   the deterministic simulated model
answerers/    scripts, queues, recordings, upstreams        stream.py    a message cut into events
accounting/   tokens, images, PDFs, the prompt cache        limits/      rates, quotas, growth, money
stores/       what it remembers, and on the disk            journal/     what was asked and answered
outer.py      what may stand around every request:
faults/       what goes wrong on demand                    control.py   /_tercet/ over HTTP; levers.py from a thread
inspector/    the page at /_tercet/                        ...
"""
