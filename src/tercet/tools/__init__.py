"""Tools made of functions, and the loop that runs them. Sends nothing: a runner is given somebody to ask.

functions.py  @beta_tool, @beta_async_tool      function_input.py, docstrings.py: the schema and checks of their input
loop.py       the plan: ask, run tools, again   run_state.py  one run's arguments, history and tools
calls.py      calls, within their time limits   results.py  what the model reads of them
server_history.py  threads and compactions, which the API keeps
runner.py     iterates the plan, both worlds    runner_base.py  what both worlds share
memory.py     the memory tool, also on disk     mcp.py  tools and values of MCP servers
"""
