"""Bodies as they may be kept."""

from tercet.server.journal.bodies import readable
from tercet.wire.redaction import REDACTED, Redaction


def form(name: str, value: str) -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--b--\r\n'.encode()


def test_a_part_of_a_form_that_is_named_like_a_credential_is_not_kept() -> None:
    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    kept = readable(headers, form("password", "correct horse"), Redaction(), 10_000).written().decode()
    assert "correct horse" not in kept
    assert REDACTED in kept
    assert "correct horse" in readable(headers, form("title", "correct horse"), Redaction(), 10_000).written().decode()
