"""Refusals of a request, in the API's words.

error_texts.py  the words of every refusal, with their trust marks   check.py  the checks in the API's order
fields.py    single fields, in pydantic's words                      settings.py  top-level fields
messages.py  roles and content        blocks.py   content blocks     round_trip.py  calls and their results
tools.py     definitions and choice   schemas.py  output schemas     media.py     images and PDFs
caching.py   cache marks              thinking.py sampling and thinking, by model
"""

from __future__ import annotations

from tercet.server.validation.check import checked
from tercet.server.validation.context import ValidationContext

__all__ = ["ValidationContext", "checked"]
