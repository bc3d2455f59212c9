"""The marks of types that pydantic is to read in another way than type checkers. Classes of answers carry them, so that this
module imports nothing.
"""

from __future__ import annotations

from typing import Any


class ForPydantic:
    """The mark of a type that pydantic is to read in another way than type checkers; a function of `pydantic_marks` says how."""

    def __init__(self, schema: str) -> None:
        self.schema = schema

    def __repr__(self) -> str:
        return f"ForPydantic({self.schema!r})"

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from tercet.wire import pydantic_marks

        return getattr(pydantic_marks, self.schema)(source, handler)


AS_LIST = ForPydantic("list_schema")
"""An iterable, read at once: pydantic's own way is an iterator that is empty the second time."""
OTHER_KINDS = ForPydantic("response_kinds_schema")
"""A union of classes of responses: a `type` that this version does not know makes an `AnyModel`, as in an answer."""
SENT_KINDS = ForPydantic("sent_kinds_schema")
"""A union of dicts of requests and of objects: objects stay, dicts are checked by their `type`, unknown types pass."""
LOCAL_FILE = ForPydantic("local_file_schema")
"""A path or an open file: taken as an object, never made from text that somebody sent."""
