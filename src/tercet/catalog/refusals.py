"""The parameters of a request that a model does not accept. A table of small rules over the catalog's facts.

Knows only what differs by model; what every model refuses is the API's to say. An unknown model or fact refuses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from tercet.catalog.facts import EFFORTS, ModelFacts
from tercet.catalog.models import find


class Refusal(NamedTuple):
    """A parameter that the model does not accept.

    `effect`: "error" when the API would answer 400, "warning" when it would only ignore the parameter or warn.
    """

    parameter: str
    reason: str
    instead: str
    effect: Literal["error", "warning"]
    model: str

    def __str__(self) -> str:
        return f"{self.parameter}: {self.reason} ({self.model}). {self.instead}"


class RequestedFeatures(NamedTuple):
    """One request beside the facts of its model."""

    facts: ModelFacts
    params: Mapping[str, Any]
    version: str
    batch: bool

    def part(self, name: str) -> Mapping[str, Any]:
        value = self.params.get(name)
        return value if isinstance(value, Mapping) else {}

    def items(self, name: str) -> list[Any]:
        value = self.params.get(name)
        return list(value) if isinstance(value, list | tuple) else []

    @property
    def thinking(self) -> Any:
        kind = self.part("thinking").get("type")
        return kind if isinstance(kind, str) else None

    @property
    def thinks(self) -> bool:
        """Return whether the model will think, as far as the request and the model's default tell."""
        kind = self.thinking
        if kind is None and self.facts.thinking is not None:
            kind = self.facts.thinking.default
        return kind in ("adaptive", "enabled", "between_tools")

    @property
    def effort(self) -> Any:
        asked = self.part("output_config").get("effort")
        return asked if asked is not None else (self.facts.effort.default if self.facts.effort else None)

    def error(self, parameter: str, reason: str, instead: str) -> Refusal:
        return Refusal(parameter, reason, instead, "error", self.facts.id)

    def warning(self, parameter: str, reason: str, instead: str) -> Refusal:
        return Refusal(parameter, reason, instead, "warning", self.facts.id)


Rule: TypeAlias = Callable[[RequestedFeatures], Iterator[Refusal]]
SAMPLING: dict[str, float | None] = {"temperature": 1, "top_p": 1, "top_k": None}
"""The sampling parameters and their defaults. `top_k` has no value that means the default."""


def refused_parameters(
    model_id: str, params: Mapping[str, Any], *, version: str = "2023-06-01", batch: bool = False
) -> list[Refusal]:
    """Return what of a request the model does not accept: why, and what to use instead.

    `params` are the arguments of `messages.create`, None counting as not sent; `version` is the request's
    `anthropic-version`; `batch` says that the request is one of a batch.
    """
    facts = find(model_id)
    if facts is None:
        return []
    asked = RequestedFeatures(facts, params, version, batch)
    return [refusal for rule in RULES for refusal in rule(asked)]


def _sampling(asked: RequestedFeatures) -> Iterator[Refusal]:
    given = {name: asked.params[name] for name in SAMPLING if asked.params.get(name) is not None}
    if asked.version >= "2026-10-21":
        for name in given:
            yield asked.error(name, f"the API of {asked.version} takes no sampling parameters", _LEAVE_OUT)
    elif asked.facts.sampling == "default_only":
        for name, value in given.items():
            if SAMPLING[name] is None or value != SAMPLING[name]:
                yield asked.error(
                    name, f"the model samples with its defaults only, and {value!r} was given", _LEAVE_OUT
                )
    elif asked.facts.sampling is not None:
        yield from _sampling_of_older_models(asked, given)


_LEAVE_OUT = "Leave it out; steer the model by its instructions."


def _sampling_of_older_models(asked: RequestedFeatures, given: Mapping[str, Any]) -> Iterator[Refusal]:
    if asked.facts.sampling == "one" and {"temperature", "top_p"} <= given.keys():
        yield asked.error("top_p", "the model takes temperature or top_p, not both", "Leave out one of them.")
    if not asked.thinks:
        return
    if given.get("temperature", 1) != 1:
        yield asked.error(
            "temperature", "it may only be 1 while the model thinks", "Leave it out, or disable thinking."
        )
    if "top_k" in given:
        yield asked.error("top_k", "it may not be set while the model thinks", "Leave it out, or disable thinking.")
    if isinstance(given.get("top_p"), int | float) and not 0.95 <= given["top_p"] <= 1:
        yield asked.error(
            "top_p", "it must lie between 0.95 and 1 while the model thinks", "Leave it out, or disable thinking."
        )


def _thinking(asked: RequestedFeatures) -> Iterator[Refusal]:
    kind, known = asked.thinking, asked.facts.thinking
    if kind is None or known is None:
        return
    if kind not in known.accepts:
        accepted = ", ".join(known.accepts)
        yield asked.error(
            "thinking.type", f"the model does not take {kind!r}", _thinking_instead(kind, known.accepts, accepted)
        )
    elif kind in known.deprecated:
        yield asked.warning(
            "thinking.type",
            f"{kind!r} is deprecated for the model",
            'Use {"type": "adaptive"} and output_config.effort.',
        )
    highest = known.up_to.get(kind)
    if highest is not None and asked.effort in EFFORTS and EFFORTS.index(asked.effort) > EFFORTS.index(highest):
        yield asked.error(
            "thinking.type",
            f"{kind!r} is taken with effort up to {highest!r}, and the effort is {asked.effort!r}",
            "Lower the effort, or leave thinking out.",
        )


def _thinking_instead(kind: str, accepts: tuple[str, ...], listed: str) -> str:
    if kind == "enabled" and "adaptive" in accepts:
        return 'Use {"type": "adaptive"} and output_config.effort in the place of budget_tokens.'
    if kind in ("adaptive", "between_tools") and "enabled" in accepts:
        return 'Use {"type": "enabled", "budget_tokens": 1024 or more}.'
    if kind == "disabled" and "between_tools" in accepts:
        return "The model always thinks; between_tools or a low output_config.effort keeps it short."
    if kind == "disabled":
        return "The model always thinks; a low output_config.effort keeps it short."
    return f"Leave it out; the model takes: {listed}."


def _effort(asked: RequestedFeatures) -> Iterator[Refusal]:
    level, known = asked.part("output_config").get("effort"), asked.facts.effort
    if level is None or known is None or level in known.levels:
        return
    if not known.levels:
        yield asked.error("output_config.effort", "the model has no effort levels", "Leave it out.")
        return
    yield asked.error(
        "output_config.effort", f"the model has no level {level!r}", f"Use one of {', '.join(known.levels)}."
    )


def _structured_outputs(asked: RequestedFeatures) -> Iterator[Refusal]:
    if asked.facts.features.structured_outputs is not False:
        return
    for parameter, value in (
        ("output_config.format", asked.part("output_config").get("format")),
        ("output_format", asked.params.get("output_format")),
    ):
        if value is not None:
            yield asked.error(parameter, "the model has no structured outputs", "Ask for a tool call with that schema.")


def _prefill(asked: RequestedFeatures) -> Iterator[Refusal]:
    messages = asked.items("messages")
    if not messages or not _is_prefill(messages[-1]):
        return
    if asked.facts.features.prefill is False:
        yield asked.error(
            "messages",
            "the model does not continue a last message of the assistant",
            "End with a user message; use output_config.format or instructions to shape the answer.",
        )
    elif asked.facts.features.prefill and asked.thinks:
        yield asked.error("messages", "a prefilled answer and thinking exclude each other", "Disable thinking.")


def _is_prefill(message: Any) -> bool:
    """Return a last assistant turn that ends in text. One with a server tool's call is a paused turn, to be
    continued."""
    if not isinstance(message, Mapping) or message.get("role") != "assistant":
        return False
    content = message.get("content")
    if not isinstance(content, list | tuple):
        return isinstance(content, str)
    kinds = [block.get("type") for block in content if isinstance(block, Mapping)]
    return bool(kinds) and kinds[-1] == "text" and "server_tool_use" not in kinds


def _system_messages(asked: RequestedFeatures) -> Iterator[Refusal]:
    if asked.facts.features.mid_conversation_system is not False:
        return
    for index, message in enumerate(asked.items("messages")):
        if isinstance(message, Mapping) and message.get("role") == "system":
            yield asked.error(
                f"messages.{index}.role",
                "the model takes no system messages within the conversation",
                "Use the system parameter.",
            )
            return


def _tool_choice(asked: RequestedFeatures) -> Iterator[Refusal]:
    choice = asked.part("tool_choice").get("type")
    if choice not in ("any", "tool"):
        return
    if asked.facts.features.forced_tool_choice is False:
        yield asked.error(
            "tool_choice.type", f"the model cannot be forced to a tool by {choice!r}", 'Use {"type": "auto"}.'
        )
    elif asked.thinking == "enabled":
        yield asked.error(
            "tool_choice.type",
            f"{choice!r} and thinking with a budget exclude each other",
            'Use {"type": "auto"}, or disable thinking.',
        )


def _max_tokens(asked: RequestedFeatures) -> Iterator[Refusal]:
    limits, given = asked.facts.limits, asked.params.get("max_tokens")
    highest = limits.batch_output if asked.batch and limits.batch_output else limits.output
    if highest is not None and isinstance(given, int) and given > highest:
        yield asked.error("max_tokens", f"{given} is more than the model's {highest}", f"Use at most {highest}.")


def _speed(asked: RequestedFeatures) -> Iterator[Refusal]:
    fast = asked.facts.fast
    if asked.params.get("speed") != "fast" or fast is None or fast.multiplier is not None:
        return
    if fast.otherwise == "ignored":
        yield asked.warning("speed", "the model has no fast mode and answers at its usual speed", "Leave it out.")
    else:
        yield asked.error("speed", "the model has no fast mode", "Leave it out.")


def _place(asked: RequestedFeatures) -> Iterator[Refusal]:
    if asked.params.get("inference_geo") is not None and asked.facts.features.inference_geo is False:
        yield asked.error("inference_geo", "the model does not let the place of inference be chosen", "Leave it out.")


def _compaction(asked: RequestedFeatures) -> Iterator[Refusal]:
    if asked.facts.features.compaction is not False:
        return
    if asked.params.get("compaction") is not None:
        yield asked.error("compaction", "the model has no compaction", "Summarise with a request of your own.")
    edits = asked.part("context_management").get("edits")
    for index, edit in enumerate(edits if isinstance(edits, list | tuple) else ()):
        if isinstance(edit, Mapping) and str(edit.get("type")).startswith("compact_"):
            where = f"context_management.edits.{index}"
            yield asked.error(where, "the model has no compaction", "Clear tool results, or summarise yourself.")


RULES: tuple[Rule, ...] = (
    _sampling,
    _thinking,
    _effort,
    _structured_outputs,
    _prefill,
    _system_messages,
    _tool_choice,
    _max_tokens,
    _speed,
    _place,
    _compaction,
)
