"""Anthropic and AsyncAnthropic, and the API's resources. Describes calls and reads what comes; `flow` carries them out.

anthropic.py   the two clients: transport, lifetime, resources    base.py      made, copied, pickled; a call becomes a plan
settings.py    options and environment, checked                   call.py      one call, described: a value
policies.py    retries, breakers, fallbacks as options            pacing.py    pace=, max_concurrency=, budget=
preflight.py   checks parameters by the catalog                   insecure.py  warns of connections that others can read
middleware.py  functions around each attempt                      generic.py   get, post, put, patch, delete
log.py         one line a request                                 otel.py      spans
resources/     messages, batches, files, models, beta; the pages of their lists
streams/       raw events, the helper's events and texts, lines of JSON
raw/           HTTP responses instead of objects
platforms/     Bedrock, Vertex AI, Foundry, Claude on AWS and on Google Cloud
"""
