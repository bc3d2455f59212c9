from __future__ import annotations

from tercet.wire.streams import events


def test_every_listed_name_exists_and_none_is_missing() -> None:
    shown = {name for name in vars(events) if name.isidentifier() and not name.startswith("_")} - {"annotations"}

    assert sorted(shown) == sorted(events.__all__)
