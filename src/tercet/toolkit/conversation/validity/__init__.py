"""Histories that the API takes: `tercet.check_messages` and `tercet.repair_messages`, for messages made anywhere.

    repair.py     the two functions: one walk that repairs a copy and says what it did; checking is that walk, its copy thrown away
    problems.py   what is wrong, where, and what repairing does about it
    history.py    the copy that is worked on, and plain JSON of what users have: dicts, messages, tuples, strings
    foreign.py    histories in the forms of other APIs
    shapes.py     the fields of each type of block
    blocks.py     single blocks by their shapes
    pictures.py   pictures and PDFs by their first bytes
    pairs.py      calls and their results, both ways
    marks.py      marks of the cache

Arrows: repair -> foreign, blocks, pairs, marks -> history, shapes -> problems. Nothing here asks a model or reads a file.
"""
