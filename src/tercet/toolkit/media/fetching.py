"""A file behind an address, fetched because the caller said `fetch=True`; bounded in size and time."""

from __future__ import annotations

from tercet.toolkit.media.errors import MediaError

LARGEST = 100 << 20
SECONDS = 30.0
MOST_REDIRECTS = 5


def fetch_bytes(url: str) -> bytes:
    """Return what stands behind an address of http or https."""
    import httpx2

    shown = url[:200]
    try:
        with (
            httpx2.Client(follow_redirects=True, max_redirects=MOST_REDIRECTS, timeout=SECONDS) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code != 200:
                raise MediaError(f"{shown} cannot be fetched: it answers {response.status_code}")
            pieces, size = [], 0
            for piece in response.iter_bytes():
                size += len(piece)
                if size > LARGEST:
                    raise MediaError(f"{shown} cannot be fetched: it has more than {LARGEST >> 20} MB")
                pieces.append(piece)
            return b"".join(pieces)
    except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
        raise MediaError(f"{shown} cannot be fetched: {problem or type(problem).__name__}") from problem
