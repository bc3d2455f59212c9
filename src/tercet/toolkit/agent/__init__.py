"""Agents: turns with tools that stop at limits, wait for approvals, and go on, also in another process.

    agent.py         `tercet.Agent` and `AsyncAgent`: a few lines a method over one plan
    agent_base.py    what both worlds know: tools, limits, and the conversation that everything is kept in
    run_plan.py      the plan of a run: begun, gone on with, and its record in the log
    run.py           `AgentRun`: how a run ended, its steps, calls that wait, its cost; read from the log
    agent_stream.py  texts and steps as they come

What runs, and what is asked, is the conversation's plan of a turn (`toolkit/conversation/turn.py`, `tool_steps.py`).
"""
