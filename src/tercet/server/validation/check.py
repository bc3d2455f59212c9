"""The checks in the API's order: fields, then what holds among them, then lengths. The first refusal is the answer."""

from __future__ import annotations

from collections.abc import Callable

from tercet.server.validation.caching import check_marks
from tercet.server.validation.compaction import check_compaction
from tercet.server.validation.fields import refusal
from tercet.server.validation.lengths import check_lengths
from tercet.server.validation.media import check_media
from tercet.server.validation.messages import check_citations, check_messages, check_system, check_version
from tercet.server.validation.round_trip import check_round_trip
from tercet.server.validation.schemas import check_schemas
from tercet.server.validation.settings import check_fields, check_settings
from tercet.server.validation.subject import Subject
from tercet.server.validation.thinking import check_sampling, check_thinking
from tercet.server.validation.tools import check_choice, check_tools

CHECKS: tuple[Callable[[Subject], None], ...] = (
    check_system,
    check_messages,
    check_tools,
    check_choice,
    check_settings,
    check_version,
    check_sampling,
    check_thinking,
    check_compaction,
    check_round_trip,
    check_marks,
    check_citations,
    check_schemas,
    check_media,
    check_lengths,
)


def checked(subject: Subject) -> None:
    """Raise the first refusal there is; leave the warnings in the subject. Requires `check_shape` to have passed."""
    for check in CHECKS:
        check(subject)


def check_shape(subject: Subject) -> None:
    """The top-level fields alone: what is looked at before the model is looked up."""
    if type(subject.request) is not dict:
        raise refusal("type_object", path="body")
    check_fields(subject)
