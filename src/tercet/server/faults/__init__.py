"""Faults on demand: what networks, proxies and overloaded services do to an answer, done to it on purpose.

spec.py      the words in which a fault is asked for           steps.py         pure: bytes in, actions out
rules.py     which faults meet which request                   replacements.py  answers that take the place of the real one
events.py    edits of a stream's events, pure                  injection.py     carries the actions out on the connection
"""
