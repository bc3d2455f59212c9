"""Anthropic and AsyncAnthropic, and the API's nouns. Describes calls and reads what comes; `flow` carries them out.

anthropic.py       the two clients                      call.py      one call, described: a value
client_arguments.py  what every client takes             making.py  a client from its arguments
settings.py        arguments and environment, checked   encode.py    arguments -> JSON body, checked
messages.py        create, stream, parse, count_tokens  stream.py    create(stream=True)
message_stream.py  messages.stream()                    models.py    list, retrieve         pages.py  page by page
batches.py         from creation to results             files.py     upload, download       listing.py a list, described
batch_requests.py  the requests of a batch, checked     multipart.py a file as a form       lines.py  JSON Lines, read
structured.py      a type asked for, the answer read    output_types.py  a type's schema and reader
schemas.py         a schema as the API takes it         schema_check.py  a value against a schema
arguments.py       the nouns' arguments, sorted by where they go
beta.py            the nouns of beta features           beta_messages.py  messages with betas, the tool runner
tools.py           tools made of functions              tool_input.py     their schema, and input against it
memory_tool.py     a store of memories of your own      memory_directory.py  one on disk    memory_texts.py  its words
mcp_tools.py       tools of MCP servers                 mcp_values.py     what these give, as content blocks
docstrings.py      what a docstring says                tool_schema.py    closed objects, no titles, stray keys
tool_loop.py       ask, run tools, ask again: a plan    tool_conversation.py  what the loop knows
tool_runner.py     drives the loop, in both worlds      tool_running.py   what both worlds' runners share
tool_results.py    what the model reads of a call       tool_eager.py     which calls may run before the end
bedrock.py, signed_api.py, vertex.py, google_cloud.py, foundry.py: the clients of the platforms
amazon.py, google_project.py, platform.py: what these share
tool_thread.py     conversations that the API keeps     tool_compaction.py  the request that compacts one
"""
