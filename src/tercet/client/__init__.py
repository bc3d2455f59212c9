"""Anthropic and AsyncAnthropic, and the API's nouns. Describes calls and reads what comes; `flow` carries them out.

anthropic.py   the two clients: lifetime and wiring        making.py      made, copied, pickled
settings.py    arguments and environment, checked          shared.py      settings and headers; a call becomes a plan
call.py        one call, described: a value                encode.py      arguments -> JSON body, checked
plain_values.py, regular_files.py  what the encoder does not know, with its place; files by path, within a limit
policies.py    retries, breakers, fallbacks as arguments   pacing.py      pace=, max_concurrency=, budget=
advice.py      what the catalog knows, said beforehand     middleware.py  functions around each attempt
log.py         one line a request                          otel.py        spans
nouns/         messages, batches, files, models, beta; the pages of their lists
streams/       raw events, the helper's events and texts, lines of JSON
structured/    a type that is asked for, and its value read from the answer
tools/         tools made of functions, the loop that runs them, memory, MCP
raw/           HTTP responses instead of objects
platforms/     Bedrock, Vertex AI, Foundry, Claude on AWS and on Google Cloud
"""
