"""The foreign clients, as data: what is installed for each, and the program that it runs. And libraries that carry the
official SDK, with Tercet in its place."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

TASKS = ("text", "streaming", "tools", "images", "errors")


class Peer(NamedTuple):
    """One client. `language` is python or node; peers of one `environment` share it."""

    name: str
    language: str
    environment: str
    requirements: tuple[str, ...]
    program: str
    on_tercet: bool = False
    """Whether the library runs on Tercet's client instead of the official SDK's."""


_TERCET = ("--editable", str(Path(__file__).resolve().parents[2]))
_NODE = ("@anthropic-ai/sdk", "ai", "@ai-sdk/anthropic", "zod")

PEERS = (
    Peer("anthropic 2.11.0", "python", "official", ("anthropic==2.11.0",), "with_anthropic.py"),
    # httpx 0.28 took away an argument that SDKs of 2024 pass on.
    Peer("anthropic 0.40.0", "python", "peers/official-0x", ("anthropic==0.40.0", "httpx<0.28"), "with_anthropic.py"),
    Peer("@anthropic-ai/sdk", "node", "peers/js", _NODE, "with_sdk.mjs"),
    Peer("langchain-anthropic", "python", "peers/langchain", ("langchain-anthropic",), "with_langchain.py"),
    # litellm imports mcp as soon as tools are given, and does not install it.
    Peer("litellm", "python", "peers/litellm", ("litellm", "mcp"), "with_litellm.py"),
    Peer("pydantic-ai", "python", "peers/pydantic-ai", ("pydantic-ai-slim[anthropic]",), "with_pydantic_ai.py"),
    Peer("instructor", "python", "peers/instructor", ("instructor[anthropic]",), "with_instructor.py"),
    Peer("tercet as anthropic", "python", "peers/tercet", _TERCET, "with_anthropic.py", True),
    Peer(
        "langchain-anthropic on tercet",
        "python",
        "peers/langchain-tercet",
        ("langchain-anthropic", *_TERCET),
        "with_langchain.py",
        True,
    ),
    Peer(
        "pydantic-ai on tercet",
        "python",
        "peers/pydantic-ai-tercet",
        ("pydantic-ai-slim[anthropic]", *_TERCET),
        "with_pydantic_ai.py",
        True,
    ),
    Peer(
        "instructor on tercet",
        "python",
        "peers/instructor-tercet",
        ("instructor[anthropic]", *_TERCET),
        "with_instructor.py",
        True,
    ),
    Peer("ai + @ai-sdk/anthropic", "node", "peers/js", _NODE, "with_vercel.mjs"),
)
