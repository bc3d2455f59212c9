"""Rooms above the client, loaded when they are first used.

    agent/         runs that stop at limits, wait for approvals and go on, also in another process
    conversation/  what was said: an append-only log, and views of it that are sent
    media/         images and documents as blocks that fit
    bulk/          a question of each row of a file: live or by batches, killed and gone on with
    ledger/        reads what calls cost: merges journals into a table, sums, draws

Arrows: agent -> conversation -> media, bulk -> media. The ledger is imported by none of them: it reads what `flow/ledger` writes.

Public names are `tercet.*`; these rooms are where they live. Rooms here know the client and what is below it, never the
command line.
"""
