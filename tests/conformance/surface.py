"""Prints what the official SDK offers beside its types: public modules with their names, clients with their nouns, methods
and arguments. Runs in the official SDK's environment, with the standard library alone."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import warnings
from collections.abc import Iterator
from typing import Any

CLIENTS = {
    "Anthropic": {"api_key": "k"},
    "AsyncAnthropic": {"api_key": "k"},
    "AnthropicBedrock": {"aws_region": "us-east-1", "api_key": "k"},
    "AnthropicVertex": {"region": "us", "project_id": "p", "access_token": "t"},
    "AnthropicFoundry": {"resource": "r", "api_key": "k"},
    "AnthropicAWS": {"api_key": "k", "workspace_id": "w", "aws_region": "us-east-1"},
    "AnthropicBedrockMantle": {"api_key": "k", "aws_region": "us-east-1"},
    "AnthropicGoogleCloud": {"project": "p", "workspace_id": "w"},
}


def modules(package: Any) -> Iterator[str]:
    """`lib.tools.ToolError`: every public name of every public module but the types."""
    for found in pkgutil.walk_packages(package.__path__, "anthropic."):
        path = found.name.removeprefix("anthropic.")
        if path.startswith("types") or any(part.startswith("_") for part in path.split(".")):
            continue
        try:
            module = importlib.import_module(found.name)
        except ImportError:  # it needs an extra
            yield path
            continue
        names = getattr(module, "__all__", None) or [
            name for name, value in vars(module).items() if getattr(value, "__module__", None) == found.name
        ]
        yield from (f"{path}.{name}" for name in names if name.isidentifier() and not name.startswith("_"))


def attributes(owner: Any, path: str) -> Iterator[str]:
    """`Anthropic.beta.messages.create`: every attribute, and those of nouns."""
    for name in dir(owner):
        if name.startswith("_"):
            continue
        try:
            value = getattr(owner, name)
        except Exception:  # it asks for credentials
            continue
        yield f"{path}.{name}"
        kind = type(value)
        if kind.__module__.startswith("anthropic.resources") and "With" not in kind.__name__:
            yield from attributes(value, f"{path}.{name}")


def arguments(cls: type[Any], path: str) -> Iterator[str]:
    """`Anthropic(timeout)`: every argument of a constructor."""
    yield from (f"{path}({name})" for name in inspect.signature(cls).parameters)


def main() -> None:
    warnings.simplefilter("ignore")
    package = importlib.import_module("anthropic")
    told: dict[str, list[str]] = {"modules": sorted(modules(package)), "attributes": [], "arguments": []}
    for name, given in CLIENTS.items():
        cls = getattr(package, name)
        told["attributes"] += attributes(cls(**given), name)
        told["arguments"] += arguments(cls, name)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
