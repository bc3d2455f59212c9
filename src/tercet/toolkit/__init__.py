"""Rooms above the client, loaded when they are first used.

    ledger/    reads what calls cost: merges journals into a table, sums, draws

Public names are `tercet.*`; these rooms are where they live. Rooms here know the client and what is below it, never the
command line.
"""
