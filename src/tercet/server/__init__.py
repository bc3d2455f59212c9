"""The local API: the Claude wire protocol served on this machine. Imports wire and catalog only.

answer.py     who answers: one small interface             simulated/   the deterministic simulated model
app.py        the ASGI application                         tokens.py    how many tokens something is
run.py        start and stop a real server                 outer.py    what may stand around every request:
answerers/    scripts, queues, recordings, upstreams       faults/     what goes wrong on demand
journal.py    what was asked and answered                  control.py  /_tercet/
storage.py    what outlives the server                     ...
"""
