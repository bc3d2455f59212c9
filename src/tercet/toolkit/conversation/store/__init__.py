"""`tercet.Conversations`: the conversations of many users in one SQLite file, for threads and processes.

    conversations.py   `Conversations`: open, list, export, import, delete, backup
    stored_log.py      one conversation as a `Log`: load, and commit one step under the guard of its revision
    rows.py            entries, calls and cuts <-> rows; what the API said of an answer takes 60 bytes instead of 350
    attachments.py     large data cut out of blocks, and put back
    database.py        the file: its schema, how it is opened, and what is said when it cannot be used
    writer_lock.py     one writer at a time, so that no SQLite loses a write-ahead log
    transfer.py        JSON Lines of a conversation, written and read; foreign histories are checked
    deletion.py        leaves no byte of what is deleted
    memories.py        an owner's memories, as a backend of the API's memory tool

Arrows: conversations -> stored_log, transfer, deletion, memories -> rows, attachments, database -> writer_lock.
"""
