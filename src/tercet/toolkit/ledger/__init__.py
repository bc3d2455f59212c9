"""The reading half of the ledger: lines of journals become rows of a table, rows become sums, tables and a page.

    ledger.py    `tercet.Ledger`, the front door            merge.py     journals -> table, each line once
    lines.py     a line, checked: journals are hostile      database.py  the SQLite file: schema, opening, refusals
    periods.py   since, until, zones, days                  groups.py    names to group and filter by -> SQL
    sums.py      `cost`, and the sums of each day           rows.py      rows that print themselves
    savings.py   what caching and batches saved             pricing.py   `reprice`: rows at today's catalog
    forgetting.py   leave no byte of somebody               alerts.py    tell once that money is going
    page.py, charts.py   one HTML file                      errors.py    what is said when it cannot be done

The writing half is `flow/ledger/`, whose docstring is the form of files and lines that both hold to. Nothing here is
imported until a `Ledger` is made.
"""
