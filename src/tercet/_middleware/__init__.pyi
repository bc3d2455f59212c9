# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic._middleware`."""

from tercet.client.middleware import (
    APIRequest as APIRequest,
    AsyncCallNext as AsyncCallNext,
    AsyncMiddlewareCallable as AsyncMiddlewareCallable,
    CallNext as CallNext,
    Middleware as Middleware,
    MiddlewareCallable as MiddlewareCallable,
    MiddlewareInput as MiddlewareInput,
)

__all__ = [
    "APIRequest",
    "AsyncCallNext",
    "AsyncMiddlewareCallable",
    "CallNext",
    "Middleware",
    "MiddlewareCallable",
    "MiddlewareInput",
]
