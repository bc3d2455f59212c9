"""Clients of the platforms over a scripted transport: nothing is sent, everything is kept."""

from __future__ import annotations

from typing import Any

from tests.client.scripted import Awaited, Blocking, Script

import tercet

AWS = {"aws_access_key": "AKIDEXAMPLE", "aws_secret_key": "wJalrXUtnFEMI-canary-0123456789", "aws_region": "us-east-1"}
GOOGLE = {"region": "us-central1", "project_id": "project-1", "access_token": "ya29.canary-0123456789"}
AZURE = {"resource": "my-resource", "api_key": "azure-canary-0123456789"}
WORKSPACE = {**AWS, "workspace_id": "wrkspc_01"}
GATEWAY = {"project": "project-1", "workspace_id": "wrkspc_01", "token_provider": lambda: "ya29.canary-0123456789"}
GIVEN: dict[str, dict[str, Any]] = {
    "AnthropicBedrock": AWS,
    "AnthropicVertex": GOOGLE,
    "AnthropicFoundry": AZURE,
    "AnthropicAWS": WORKSPACE,
    "AnthropicBedrockMantle": AWS,
    "AnthropicGoogleCloud": GATEWAY,
}


def cloud(kind: str, script: Script, **options: Any) -> Any:
    """A client of this kind whose transport is `script`. `Async…` kinds are driven in an event loop."""
    transport = Awaited(script) if kind.startswith("Async") else Blocking(script)
    given = options or GIVEN[kind.removeprefix("Async")]
    return getattr(tercet, kind)(**{"max_retries": 0, "http_client": transport, **given})
