"""`client.estimate`: a call that is described as `messages.create` would, and not sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from tercet.client.defaults import with_defaults
from tercet.client.overrides import Overrides
from tercet.client.resources.beta_messages import BetaArguments, beta_arguments
from tercet.client.resources.messages import CREATE_NAMES, create_call, with_output
from tercet.flow.cost import most_cost, price_day
from tercet.flow.estimate import Estimate, estimate_body
from tercet.flow.forecast import CostEstimate, forecast

BETA_NAMES = BetaArguments._create_names
ONLY_BETA = BETA_NAMES - CREATE_NAMES - {"output_format"}


def estimate_of(
    params: Mapping[str, Any], batch: bool, behind: Callable[[str], str], defaults: Overrides
) -> CostEstimate:
    """Return what a message of these parameters may cost; they are checked as if it were to be sent."""
    return forecast(replace(_estimated(params, behind, defaults), batch=batch), price_day(time.time()))


def most_nano_dollars(params: Mapping[str, Any], behind: Callable[[str], str], defaults: Overrides) -> int | None:
    """Return the upper bound of that estimate alone, in nano-dollars, for who asks before every request; None: not known."""
    return most_cost((_estimated(params, behind, defaults),), price_day(time.time()))


def _estimated(params: Mapping[str, Any], behind: Callable[[str], str], defaults: Overrides) -> Estimate:
    params = with_defaults(params, defaults, BETA_NAMES if params.keys() & ONLY_BETA else CREATE_NAMES)
    names = CREATE_NAMES if params.keys() <= CREATE_NAMES | {"output_format"} else BETA_NAMES
    arguments, _ = with_output(beta_arguments(params) if names is BETA_NAMES else params)
    call = create_call(arguments, names, "estimate")
    (asked,) = estimate_body("message", call.content, behind)
    return asked
