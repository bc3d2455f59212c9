"""`tercet.Conversations`: the conversations of many users in one SQLite file, for threads and processes.

    conversations.py   `Conversations`: open, list, export, import, rename, delete, backup
    settings.py        the settings of a conversation that are stored with it
    stored_log.py      one conversation as a `Log`: load, and commit one step under the guard of its revision
    transfer.py        a conversation as JSON Lines, and back; histories that were made elsewhere are checked
    listing.py         what there is, without reading it
    memories.py        an owner's memories, as a backend of the API's memory tool
    search.py          the index of what was said, for stores that ask for one
    deletion.py        leaves no byte of what is deleted
    rows.py            entries, calls and cuts <-> rows; what the API said of an answer takes 60 bytes instead of 350
    attachments.py     large data cut out of blocks, and put back
    database.py        the file: its schema, how it is opened, and what is said when it cannot be used
    writer_lock.py     one writer at a time, so that no SQLite loses a write-ahead log

Arrows: conversations -> transfer, settings, stored_log, listing, search, memories, deletion -> rows, database -> attachments, writer_lock.
"""
