"""Prints what `make drift` compares beside `surface.py`: types and their fields, arguments of methods, error codes, models that
are deprecated, defaults and headers. Runs in the official SDK's environment, with the standard library alone."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import warnings
from collections.abc import Iterator
from typing import Any

TYPE_PACKAGES = ("types", "types.beta", "types.messages", "types.beta.messages", "types.shared")
NOUNS = (
    "messages",
    "messages.batches",
    "models",
    "beta.messages",
    "beta.messages.batches",
    "beta.models",
    "beta.files",
)
DEFAULTS = (
    "ANTHROPIC_API_VERSION",
    "DEFAULT_CONNECTION_LIMITS",
    "DEFAULT_MAX_RETRIES",
    "INITIAL_RETRY_DELAY",
    "MAX_RETRY_DELAY",
)
"""Constants that programs can see the effect of. The timeout is told apart: its class is another."""
ASKED = {"model": "claude-sonnet-4-6", "max_tokens": 8, "messages": [{"role": "user", "content": "Hi"}]}


def types_and_fields() -> Iterator[tuple[str, list[str]]]:
    """Yield `types.TextBlock` with its fields, for every exported type; a union has none."""
    for package in TYPE_PACKAGES:
        module = importlib.import_module(f"anthropic.{package}")
        for name in dir(module):
            value = getattr(module, name)
            if name.startswith("_") or not name[0].isupper() or inspect.ismodule(value):
                continue
            fields = getattr(value, "model_fields", None) or getattr(value, "__annotations__", None) or {}
            yield f"{package}.{name}", sorted(fields) if isinstance(value, type) else []


def methods(client: Any) -> Iterator[str]:
    """Yield `messages.create(top_p)`: every argument of every method of the nouns that are offered."""
    for path in NOUNS:
        noun = client
        for part in path.split("."):
            noun = getattr(noun, part)
        for name, method in inspect.getmembers(noun, callable):
            if not name.startswith("_") and inspect.ismethod(method):
                yield from (f"{path}.{name}({argument})" for argument in inspect.signature(method).parameters)


def codes() -> Iterator[str]:
    """Yield `400 file_expired FileExpiredError`."""
    classes = importlib.import_module("anthropic._error_classes").ERROR_CLASSES
    yield from (f"{status} {code} {kind.__name__}" for (status, code), kind in classes.items())


def headers_of(package: Any, http: Any) -> dict[str, str]:
    """Return the headers that a client of `package` sends with a `create`."""
    seen: dict[str, str] = {}

    def answer(request: Any) -> Any:
        seen.update(request.headers)
        return http.Response(200, json={"type": "message", "role": "assistant", "content": []})

    client = package.Anthropic(api_key="k", http_client=http.Client(transport=http.MockTransport(answer)))
    client.messages.create(**ASKED)
    return seen


def main() -> None:
    warnings.simplefilter("ignore")
    package = importlib.import_module("anthropic")
    for found in pkgutil.iter_modules(importlib.import_module("anthropic.types").__path__, "anthropic.types."):
        importlib.import_module(found.name)
    constants = importlib.import_module("anthropic._constants")
    told = {
        "fields": dict(types_and_fields()),
        "methods": sorted(methods(package.Anthropic(api_key="k"))),
        "codes": sorted(codes()),
        "deprecated": dict(importlib.import_module("anthropic.resources.messages.messages").DEPRECATED_MODELS),
        "defaults": {name: repr(getattr(constants, name)) for name in DEFAULTS},
        "timeout": {name: getattr(constants.DEFAULT_TIMEOUT, name) for name in ("connect", "read")},
        "headers": headers_of(package, importlib.import_module("httpx2")),
        "betas": list(importlib.import_module("typing").get_args(beta_names(package))),
    }
    print(json.dumps(told))


def beta_names(package: Any) -> Any:
    """Return the literal of the betas that the SDK knows."""
    union = importlib.import_module("anthropic.types.anthropic_beta_param").AnthropicBetaParam
    return next(part for part in union.__args__ if getattr(part, "__args__", None))


if __name__ == "__main__":
    main()
