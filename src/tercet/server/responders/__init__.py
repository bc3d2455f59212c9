"""Who answers in the place of the simulated model: a script, a queue, recordings, another server.

outcome.py    one scripted answer, from its description      recording.py   one exchange as a readable file
matching.py   which requests a rule means                    replaying.py   answers from such files
script.py     rules in order, each with its outcomes         upstream.py    passes requests on, and may record them
queue.py      answers in order, for tests
"""
