"""Conversations: an append-only log of what was said, and views that choose what of it is sent.

    conversation.py   `tercet.Conversation` and `AsyncConversation`: a few lines a method over one plan; conversation_base.py
    answer_stream.py  a turn whose answers are handed out while they come; occupancy.py lets one call in at a time
    turn.py           the plan of a turn: commit the question, ask, run tools, commit each answer
    state.py          one conversation while a program holds it, and how a step is committed; request.py makes requests of it
    said.py           what the user says -> blocks; answers.py: an answer -> an entry; turns.py, totals.py: what users read
    tool_steps.py     the plan that answers calls of tools: logged before and after, within limits, after approvals
    limits.py         `tercet.Limits`, and what a turn has used of them
    approvals.py      `tercet.ask_first`, `approve`, `deny`, and which of them can be taken
    thread.py         a log in memory, as a tree: the path to its tip, turns, versions
    entries.py        the values of a log: entries, tool calls, cuts, and the steps that add them
    log.py            what a log must do: load, and commit one step or nothing; the one in memory
    store/            `tercet.Conversations`: logs of many users in one SQLite file
    summaries.py      summaries that a view wants
    next_request.py   what the next request holds and costs; pickling.py: what a copy of a conversation holds
    views.py          `tercet.views`: full, window, summary, compaction, context editing
    tokens.py         what a conversation comes to: exact up to the last answer, estimated beyond
    cache_marks.py    where a request is marked for the API's cache; cache_misses.py: what it did not hold, and why
    binding.py        the thinking that can no longer be read, as what stood before it was changed
    validity/         `tercet.check_messages` and `repair_messages`, pure, for histories made anywhere
    errors.py         what can go wrong, as classes

Arrows: conversation -> turn -> thread, views, cache_marks, validity -> entries. A log knows entries only, and entries know
nothing. Nothing is ever rewritten: an edit is a branch, a summary is a cut that stands beside the entries it covers.
"""
