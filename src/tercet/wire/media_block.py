"""A content block made of a file: the dict that is sent, and beside it what is known of the file."""

from __future__ import annotations

from typing import Any


class MediaBlock(dict[str, Any]):
    """An image or a document as a content block: a dict like any other, which also tells what it costs.

    What it tells belongs to the content that it was made with, and is not sent.
    """

    _tokens: int | None = None

    @property
    def tokens(self) -> int | None:
        """Return the input tokens that the block costs; None where nobody can say before the API has seen it."""
        return self._tokens

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Describe the class to pydantic, for users whose models have messages as fields: taken and written as it is."""
        from pydantic_core import core_schema

        def validate(value: Any) -> Any:
            if not isinstance(value, cls):
                raise ValueError(f"{type(value).__name__} is no {cls.__name__}")
            return value

        anything = core_schema.dict_schema()
        return core_schema.no_info_plain_validator_function(
            validate,
            json_schema_input_schema=anything,
            serialization=core_schema.plain_serializer_function_ser_schema(dict, return_schema=anything),
        )
