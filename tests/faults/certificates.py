"""Certificates for the rows about TLS: a good one, and three that must not be trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import trustme

AUTHORITY = "authority.pem"


def write(folder: Path) -> Path:
    """PEM files: `authority.pem`, and one with key and certificate for each place."""
    ours, theirs = trustme.CA(), trustme.CA()
    ours.cert_pem.write_to_path(str(folder / AUTHORITY))
    issued = {
        "TLS": ours.issue_cert("127.0.0.1"),
        "unknown-authority": theirs.issue_cert("127.0.0.1"),
        "expired": ours.issue_cert(
            "127.0.0.1", not_after=datetime(2021, 1, 1, tzinfo=UTC), not_before=datetime(2020, 1, 1, tzinfo=UTC)
        ),
        "another-host": ours.issue_cert("elsewhere.example"),
    }
    for name, certificate in issued.items():
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / f"{name}.pem"))
    return folder
