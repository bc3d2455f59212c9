"""The local API: the Claude wire protocol served on this machine. Imports wire and catalog only.

run.py        start and stop a real server                 settings.py  how one server behaves
http/         connections: bytes <-> requests, responses    exchange.py  one request as the handlers see it
app.py        guard, route, handler, response              routes.py    every path; routing.py finds the handler
state.py      settings, ids, stores, service: for handlers  middleware.py  what may stand around every request
endpoints/    what answers each path                       service/     request -> checks, answer, usage: the one way
validation/   what the API refuses, in its words            access.py    who asks, in which version, with which betas
simulated/    the deterministic simulated model            responders/  scripts, queues, recordings, upstreams
accounting/   tokens, images, PDFs, the prompt cache        limits/      rates, quotas, acceleration, money
stores/       what it remembers, and on the disk            journal/     what was asked and answered
faults/       what goes wrong on demand                    inspector/   the page at /_tercet/
control.py    /_tercet/ over HTTP                          test_controls.py  the same from a thread
"""
