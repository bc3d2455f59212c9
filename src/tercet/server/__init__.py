"""The local API: the Claude wire protocol served on this machine. Imports wire and catalog only.

run.py        start and stop a real server                 http/       connections, requests, responses
app.py        guard, route, handler, response              answer.py   who answers: one small interface
simulated/    the deterministic simulated model            tokens.py   how many tokens something is
outer.py      what may stand around every request:
answerers/    scripts, queues, recordings, upstreams       faults/     what goes wrong on demand
journal.py    what was asked and answered                  control.py  /_tercet/
storage.py    what outlives the server                     ...
"""
