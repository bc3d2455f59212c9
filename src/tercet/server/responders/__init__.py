"""Responders in the place of the simulated model: a script, a queue, recordings, another server.

outcome.py    one scripted answer, from its description      recording.py   one exchange as a readable file
matching.py   which requests a rule means                    replaying.py   answers from such files
script.py     rules in order, and the queue before them      upstream.py    passes requests on, and may record them
"""
