"""Calls as data, those beside messages: batches, models, files, the beta, structured output, platforms; and all of them."""

from __future__ import annotations

from tests.conformance.calls import ASK, HELLO, MESSAGES, MODEL, PNG, Case, called, create, special

BATCH = [{"custom_id": "one", "params": ASK}, {"custom_id": "two", "params": {**ASK, "system": "Be brief."}}]
LISTS = {
    "create a batch": called("messages.batches.create", requests=BATCH),
    "create a batch from an iterator": called("messages.batches.create", requests=special("iterator", BATCH)),
    "retrieve a batch": called("messages.batches.retrieve", "msgbatch_1"),
    "retrieve a batch with a strange id": called("messages.batches.retrieve", "a b/c?d#e%f"),
    "cancel a batch": called("messages.batches.cancel", "msgbatch_1"),
    "delete a batch": called("messages.batches.delete", "msgbatch_1"),
    "list batches": called("messages.batches.list", use="events"),
    "list batches from a cursor": called("messages.batches.list", limit=5, after_id="msgbatch_1", use="events"),
    "list batches to a cursor": called("messages.batches.list", limit=5, before_id="msgbatch_9", use="events"),
    "results of a batch": called("messages.batches.results", "msgbatch_1", use="events"),
    "list models": called("models.list", use="events"),
    "list models from a cursor": called("models.list", limit=2, after_id="claude-a", use="events"),
    "retrieve a model": called("models.retrieve", MODEL),
    "retrieve a model, extra": called("models.retrieve", MODEL, extra_headers={"X-Trace": "1"}, extra_query={"a": "b"}),
    "upload a file from bytes": called("files.upload", file=special("tuple", ["a.txt", special("bytes", "SGVsbG8=")])),
    "upload a file with its kind": called(
        "files.upload", file=special("tuple", ["a.txt", special("bytes", "SGVsbG8="), "text/plain"])
    ),
    "upload a file from a path": called("files.upload", file=special("path", PNG, name="a.png")),
    "list files": called("files.list", limit=3, use="events"),
    "metadata of a file": called("files.retrieve_metadata", "file_1"),
    "delete a file": called("files.delete", "file_1"),
    "download a file": called("files.download", "file_1", use="unread_whole"),
    "any other endpoint": called("post", "/v1/other", cast_to=special("builtin", "object"), body={"a": 1}),
}
BETA = {
    "beta create": called("beta.messages.create", **ASK),
    "beta create with a beta": called("beta.messages.create", **ASK, betas=["one-2026-01-01"]),
    "beta create with betas": called("beta.messages.create", **ASK, betas=["one-2026-01-01", "two-2026-02-02"]),
    "beta create with betas and their header": called(
        "beta.messages.create", **ASK, betas=["one-2026-01-01"], extra_headers={"anthropic-beta": "three-2026-03-03"}
    ),
    "context editing": called(
        "beta.messages.create",
        **ASK,
        betas=["context-management-2025-06-27"],
        context_management={"edits": [{"type": "clear_tool_uses_20250919", "keep": {"type": "tool_uses", "value": 3}}]},
    ),
    "an MCP server": called(
        "beta.messages.create",
        **ASK,
        betas=["mcp-client-2025-11-20"],
        mcp_servers=[{"type": "url", "name": "docs", "url": "https://example.com/mcp", "authorization_token": "t"}],
    ),
    "compaction": called(
        "beta.messages.create",
        **ASK,
        betas=["compact-2026-01-12"],
        context_management={"edits": [{"type": "compact_20260112"}]},
    ),
    "fallbacks": called("beta.messages.create", **ASK, fallbacks=[{"model": "claude-haiku-4-5"}]),
    "beta create streamed": {**called("beta.messages.create", **ASK, stream=True), "use": "events"},
    "the beta stream helper": {**called("beta.messages.stream", **ASK, betas=["one-2026-01-01"]), "use": "helper"},
    "beta count tokens": called("beta.messages.count_tokens", model=MODEL, messages=HELLO, betas=["one-2026-01-01"]),
    "create a beta batch": called("beta.messages.batches.create", requests=BATCH, betas=["one-2026-01-01"]),
    "list beta batches": called("beta.messages.batches.list", limit=2, use="events"),
    "upload a beta file": called("beta.files.upload", file=special("tuple", ["a.txt", special("bytes", "SGVsbG8=")])),
    "list beta models": called("beta.models.list", limit=2, use="events"),
}

PARSED = {
    f"parse {name}": called("messages.parse", **ASK, output_format=special("shape", name), use="request")
    for name in ("Plain", "Rich", "Tree")
}
PARSED |= {
    "parse with an effort": called(
        "messages.parse", **ASK, output_format=special("shape", "Plain"), output_config={"effort": "low"}, use="request"
    ),
    "parse in beta": called("beta.messages.parse", **ASK, output_format=special("shape", "Rich"), use="request"),
    "count what is parsed": called(
        "messages.count_tokens", model=MODEL, messages=HELLO, output_format=special("shape", "Plain"), use="request"
    ),
}
VERTEX = {
    "platform": "AnthropicVertex",
    "client": {"project_id": "project-1", "region": "europe-west1", "access_token": "token-1"},
}
BEDROCK = {"platform": "AnthropicBedrock", "client": {"aws_region": "eu-central-1", "api_key": "token-1"}}
FOUNDRY = {"platform": "AnthropicFoundry", "client": {"api_key": "key-1"}}
AWS = {
    "platform": "AnthropicAWS",
    "client": {"api_key": "token-1", "workspace_id": "wrkspc_1", "aws_region": "eu-central-1"},
}
MANTLE = {"platform": "AnthropicBedrockMantle", "client": {"api_key": "token-1", "aws_region": "eu-central-1"}}
GOOGLE_CLOUD = {
    "platform": "AnthropicGoogleCloud",
    "client": {"skip_auth": True, "default_headers": {"Authorization": "Bearer token-1"}},
}
PLATFORMS = {
    "on Vertex": {**create(system="You are brief."), **VERTEX},
    "on Vertex, streamed": {**create(stream=True), **VERTEX, "use": "events"},
    "on Vertex, counted": {**called("messages.count_tokens", model=MODEL, messages=HELLO), **VERTEX},
    "on Vertex, beta": {**called("beta.messages.create", **ASK, betas=["one-2026-01-01"]), **VERTEX},
    "on Bedrock": {**create(model="anthropic.claude-sonnet-4-6"), **BEDROCK},
    "on Bedrock, by ARN": {
        **create(model="arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-6"),
        **BEDROCK,
    },
    "on Bedrock, beta": {
        **called("beta.messages.create", **{**ASK, "model": "anthropic.claude-sonnet-4-6"}, betas=["one-2026-01-01"]),
        **BEDROCK,
    },
    "on Foundry": {**create(), **FOUNDRY},
    "on Foundry, streamed": {**create(stream=True), **FOUNDRY, "use": "events"},
    "on AWS": {**create(), **AWS},
    "on AWS, its models": {**called("models.list"), **AWS, "use": "request"},
    "on Mantle": {**create(), **MANTLE},
    "on Mantle, for a user": {**create(user_profile_id="uprof_1"), **MANTLE},
    "on Mantle, counted for a user": {
        **called("messages.count_tokens", model=MODEL, messages=HELLO, user_profile_id="uprof_1"),
        **MANTLE,
    },
    "on Google Cloud": {**create(), **GOOGLE_CLOUD},
}

CALLS: dict[str, Case] = {**MESSAGES, **LISTS, **BETA, **PARSED, **PLATFORMS}
