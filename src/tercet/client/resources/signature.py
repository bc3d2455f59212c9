"""The signatures of resources' methods, which say `**params` and mean the fields of a TypedDict.

`inspect` follows `__wrapped__` to an object that has a `__signature__`: here it is made when somebody asks, of the annotation
`Unpack[...]` and the TypedDict behind it. A call costs nothing more, and nothing is imported before.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from tercet.wire.requests.sentinels import NOT_GIVEN

if TYPE_CHECKING:
    from inspect import Parameter, Signature

_UNPACKED = re.compile(r"Unpack\[(\w+)\]")
_REQUIRED = re.compile(r"Required\[(.*)\]", re.DOTALL)


class DeclaredMethod:
    """A method as `inspect.signature` and `help()` see it: with every parameter that its TypedDict declares."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.__wrapped__ = function

    @property
    def __signature__(self) -> Signature:
        from inspect import Parameter, signature

        plain = signature(self.__wrapped__)
        forms = [signature(each) for each in typing.get_overloads(self.__wrapped__)] or [plain]
        found = {each.name: each for each in plain.parameters.values() if each.kind is not Parameter.VAR_KEYWORD}
        for form in forms:
            for each in form.parameters.values():
                if each.kind is Parameter.KEYWORD_ONLY:  # the last form is the widest; the others have the default
                    found[each.name] = each.replace(default=_default(each, found.get(each.name)))
        declared = {each.name: each for form in forms for each in _unpacked(form) if each.name not in found}
        ordered = sorted({**found, **declared}.values(), key=lambda each: (each.kind, each.default is not each.empty))
        return plain.replace(parameters=ordered, return_annotation=forms[-1].return_annotation)


def _default(parameter: Parameter, before: Parameter | None) -> Any:
    if parameter.default is not parameter.empty:
        return parameter.default
    return NOT_GIVEN if before is None else before.default


def _unpacked(form: Signature) -> Iterator[Parameter]:
    """Yield the keyword parameters that `**params: Unpack[...]` stands for."""
    from inspect import Parameter

    from tercet.client.resources import parameters
    from tercet.wire import params

    named = next((each for each in form.parameters.values() if each.kind is Parameter.VAR_KEYWORD), None)
    for name in _UNPACKED.findall(str(named.annotation)) if named else ():
        fields = (getattr(parameters, name, None) or getattr(params, name)).__annotations__
        for field, annotation in fields.items():
            text = getattr(annotation, "__forward_arg__", annotation)
            required = _REQUIRED.fullmatch(text)
            default = Parameter.empty if required else NOT_GIVEN
            kind = Parameter.KEYWORD_ONLY
            yield Parameter(field, kind, default=default, annotation=required[1] if required else text)
