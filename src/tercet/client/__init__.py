"""Anthropic and AsyncAnthropic, and the API's resources. Describes calls and reads what comes; `flow` carries them out.

anthropic.py   the two clients: transport, lifetime, resources    base.py      made, copied, pickled; a call becomes a plan
settings.py    options as one frozen value, base headers          call.py      one call, described: a value
options.py     the table of options: check, default, variable     policies.py  the plan that options make of a call
arguments.py   the table of arguments: check, place in a request  overrides.py headers and parameters laid over others
preflight.py   checks parameters by the catalog                   insecure.py  warns of connections that others can read
middleware.py  functions around each attempt                      generic.py   get, post, put, patch, delete
log.py         one line a request                                 otel.py      spans; otel_metrics.py: metrics
resources/     messages, batches, files, models, beta; the pages of their lists
streams/       raw events, the helper's events and texts, lines of JSON
raw/           HTTP responses instead of objects
platforms/     Bedrock, Vertex AI, Foundry, Claude on AWS and on Google Cloud
"""
