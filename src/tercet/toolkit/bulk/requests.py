"""Rows become numbered requests: by the user's `ask`, with what all requests have in common, and the output format.

`ask` is the caller's code: whatever it raises concerns its row, unless that is the first one. What it returns is checked by
the client as any call's arguments; the first request is checked before anything is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from tercet.schema.answers import OutputFormat, output_format, with_output_format
from tercet.toolkit.bulk.errors import BulkError
from tercet.toolkit.bulk.items import ItemError, ItemResult, NumberedRequest
from tercet.toolkit.bulk.sources import BadRow, Row
from tercet.toolkit.bulk.templates import PromptTemplate
from tercet.wire.requests.json_body import materialize

DEFAULT_MAX_TOKENS = 1024
Ask: TypeAlias = Callable[[Row], Mapping[str, Any] | str] | str
"""Makes of a row the arguments of `messages.create`, or a prompt; a text is a prompt with fields."""


class UnusableRowError(ValueError):
    """A row of which no request can be made; says why."""


class RequestMaker:
    """Make requests of rows. `common` stands under each of them, `changed` over them."""

    def __init__(self, ask: Ask, answer: Any = None, common: Mapping[str, Any] | None = None) -> None:
        self.template: PromptTemplate | None = None
        if isinstance(ask, str):
            self.template = PromptTemplate(ask)
            self._ask: Callable[[Row], Any] = self.template.fill
        elif callable(ask):
            self._ask = ask
        else:
            raise BulkError(
                f"ask must be a function of a row, or a prompt with {{fields}}, not {type(ask).__name__} {ask!r:.60}."
            )
        self.common = dict(common or {})
        self.changed: dict[str, Any] = {}
        try:
            self.format: OutputFormat | None = None if answer is None else output_format(answer)
        except (TypeError, ValueError) as problem:
            raise BulkError(f"answer={answer!r:.60} cannot be asked for: {problem}") from problem

    def make(self, item: int, row: Row) -> NumberedRequest:
        """Return the request of a row. UnusableRowError says why there is none."""
        try:
            asked = self._ask(row)
        except LookupError as problem:
            if self.template is not None:
                raise UnusableRowError(f"Row {item + 1} makes no request: {problem.args[0]}.") from problem
            raise _ask_failed(item, problem) from problem
        except Exception as problem:
            raise _ask_failed(item, problem) from problem
        if isinstance(asked, str):
            params = self._prompted(asked, item)
        elif isinstance(asked, Mapping):
            params = {**self.common, **asked, **self.changed}
        else:
            raise UnusableRowError(
                f"ask must return a mapping or a text; of row {item + 1} it returned {type(asked).__name__} {asked!r:.60}."
            )
        if self.format is not None or "output_format" in params:
            params = self._formatted(params)
        plain: dict[str, Any] = materialize(params)
        return NumberedRequest(item, plain)

    def _prompted(self, prompt: str, item: int) -> dict[str, Any]:
        params = {**self.common, **self.changed}
        if "model" not in params:
            raise UnusableRowError(f"ask returned a prompt for row {item + 1}, and nobody said model=.")
        if not prompt.strip():
            raise UnusableRowError(f"The prompt of row {item + 1} is empty.")
        params.setdefault("max_tokens", DEFAULT_MAX_TOKENS)
        return {**params, "messages": [*params.get("messages", ()), {"role": "user", "content": prompt}]}

    def _formatted(self, params: dict[str, Any]) -> dict[str, Any]:
        if self.format is None:
            return with_output_format(params)[0]
        config = params.get("output_config") or {}
        if "output_format" in params or (isinstance(config, Mapping) and config.get("format") is not None):
            raise UnusableRowError("Give answer=, or an output format in what ask returns, not both.")
        return {**params, "output_config": {**config, "format": self.format.param}}

    def result_of(self, item: int, row: Row | BadRow) -> NumberedRequest | ItemResult:
        """Return the request of a row, or the failure that it is."""
        if isinstance(row, BadRow):
            return failure(item, "BadRow", f"Row {item + 1}: {row.problem}.")
        try:
            return self.make(item, row)
        except (UnusableRowError, TypeError, ValueError) as problem:
            return failure(item, type(problem).__name__, str(problem), row)


def failure(item: int, kind: str, said: str, row: Row | None = None) -> ItemResult:
    """Return the result of an item for which nothing was sent."""
    return ItemResult(item=item, status="failed", error=ItemError(kind, said[:2000]), row=row)


def check_first(request: NumberedRequest) -> None:
    """Raise BulkError if the client would not send this request."""
    from tercet.client.resources.beta_messages import BetaMessages, beta_arguments
    from tercet.client.resources.messages import create_call

    try:
        if "betas" in request.params:
            create_call(beta_arguments(request.params), BetaMessages._create_names)
        else:
            create_call(request.params)
    except (TypeError, ValueError) as problem:
        raise BulkError(f"The request of row {request.item + 1} cannot be sent: {problem}") from problem


def unanswered(
    maker: RequestMaker, rows: Iterator[tuple[int, Row | BadRow]], put_aside: Callable[[ItemResult], None]
) -> Iterator[NumberedRequest]:
    """Yield the requests of numbered rows; rows of which there is none are put aside as failures."""
    for item, row in rows:
        made = maker.result_of(item, row)
        if isinstance(made, ItemResult):
            put_aside(made)
        else:
            made.row = row if isinstance(row, Mapping) else None
            yield made


def _ask_failed(item: int, problem: Exception) -> UnusableRowError:
    return UnusableRowError(f"ask raised {type(problem).__name__} for row {item + 1}: {problem}")
