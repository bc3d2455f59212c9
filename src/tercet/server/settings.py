"""Settings of one local API. Plain values, fixed when the server is made."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tercet.server.distributions import Distribution
from tercet.server.limits.overload import check_share
from tercet.server.limits.rates import BEYOND_REACH, KeyLimits, rate_limits_of
from tercet.server.limits.spending import SpendLimit, spend_limit_of

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of the local API. `strict=False` also serves what the real API has retired, with a warning header."""

    strict: bool = False
    """Refuse what the real API refuses today: retired models and parameters, names that no beta could have, gated fields."""
    strict_betas: bool = False
    """Refuse every beta that the catalog does not know. Otherwise those of a name's form (`word-YYYY-MM-DD`) pass, with a warning."""
    strict_roles: bool = False
    """Refuse an assistant message first and two messages of a role in a row, as Bedrock and the API of 2024 do."""
    keys: Collection[str] | None = field(default=None, repr=False)
    """The keys that are let in. None lets every key in."""
    keys_without_permission: Collection[str] = field(default=(), repr=False)
    """Keys that are known and may do nothing: they are answered 403."""
    rate_limits: KeyLimits | None = BEYOND_REACH
    """What a key may use in a minute; also a mapping by name. None: no limits, and no headers that tell of them."""
    spend_limit: SpendLimit | None = None
    """What a key may spend in a month; also an amount of US dollars, or a mapping."""
    overloaded: Callable[[], bool] | float | None = None
    """How large a share of messages is answered 529, from 0 to 1; or a function that is asked for every message."""
    hosts: Collection[str] = ()
    """More names of this server that a Host header may carry, without a port."""
    origins: Collection[str] = ()
    """Origins of web pages that may send requests, such as http://localhost:5173. None by default."""
    pace: float | None = None
    """Output tokens a second of streams. None: as fast as they can be written."""
    seed: int = 0
    """Decides the ids that the server gives out."""
    organization: str = "00000000-0000-4000-8000-00007e5ce701"
    workspace: str | None = "wrkspc_01TercetLocal0000000000"
    """What answers tell as their workspace where a request names none. None: they tell none."""
    clock: Callable[[], float] = time.time
    """Seconds since 1970. Batches, files, caches and retirements go by it."""
    batch_seconds: float = 0.0
    """How long a batch waits, by the clock, before it is answered."""
    batch_delays: str | float | None = None
    """How long each request of a batch takes from then on, by the clock: seconds, or a distribution such as uniform:10,60."""
    batch_errored: float = 0.0
    """How large a share of the requests in batches ends with a server error, from 0 to 1."""
    batch_expired: float = 0.0
    """How large a share of them expires, from 0 to 1."""
    output_tokens: str | float | None = None
    """How long simulated answers are, as `usage` tells it: tokens, or a distribution such as lognormal:300,0.8."""
    message_bytes: int = 32 * MEGABYTE
    batch_bytes: int = 256 * MEGABYTE
    file_bytes: int = 500 * MEGABYTE
    download_uploads: bool = False
    """Let uploads be downloaded, which the real API refuses."""
    stored_bytes: int = 2048 * MEGABYTE
    """Files kept in memory, all together."""
    body_seconds: float = 60.0
    """How long a client may take to send a body."""
    script: str | Path | Iterable[Any] | None = None
    """Who answers first: a file of rules (.yaml, .json, .py) or rules as values; see `responders/script.py`."""
    upstream: str | None = None
    """URL of the server that answers what no script answers: the real API, or any that speaks its protocol."""
    record: str | Path | None = None
    """Folder in which exchanges with the upstream are kept, one readable file each, without credentials."""
    replay: str | Path | None = None
    """Folder of recordings that answer in the place of a model."""
    replay_timing: bool = False
    """Play recordings at the speed at which they were recorded; otherwise at once."""
    faults: Iterable[str] | None = None
    """Rules for faults, and that requests may ask for theirs by the header `tercet-fault`. None: neither."""
    journal: bool = False
    """Remember requests and answers, in memory and bounded, without credentials."""
    control: str | None = field(default=None, repr=False)
    """The token that opens the routes under `/_tercet/`. None: there are none."""
    inspect: bool = False
    """Show requests as they come, on a page at `/_tercet/`, to whoever can reach this server. Keeps a journal."""
    data: str | Path | None = None
    """Folder in which batches, files and the journal outlive the server. None: they are in memory alone."""

    def __post_init__(self) -> None:
        """Take limits as plain values too, as command lines and files have them. Raises ValueError."""
        object.__setattr__(self, "rate_limits", rate_limits_of(self.rate_limits))
        object.__setattr__(self, "spend_limit", spend_limit_of(self.spend_limit))
        if self.overloaded is not None and not callable(self.overloaded):
            check_share(self.overloaded)
        for share in (self.batch_errored, self.batch_expired, self.batch_errored + self.batch_expired):
            check_share(share)
        for drawn in (self.batch_delays, self.output_tokens):
            if drawn is not None:
                Distribution(drawn)

    def now(self) -> datetime:
        """Return the clock's time."""
        return datetime.fromtimestamp(self.clock(), UTC)


def timestamp(moment: datetime) -> str:
    """Return a moment as the API writes it: 2026-11-20T10:00:00.100435Z."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
