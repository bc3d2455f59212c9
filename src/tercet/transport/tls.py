"""Whom to trust: one TLS context for each way of verifying, made when first needed. OpenSSL, the system's store."""

from __future__ import annotations

import os
import ssl
import threading

_contexts: dict[tuple[object, ...], ssl.SSLContext] = {}
_lock = threading.Lock()


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


FILES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def context_for(verify: bool | str | ssl.SSLContext) -> ssl.SSLContext:
    """The context for `verify`: True (environment, then the system's store), a file or folder of CAs, False (nobody is
    checked), or a context of the caller's. Raises OSError or ssl.SSLError for CAs that cannot be read."""
    if isinstance(verify, ssl.SSLContext):
        return verify
    file = next((os.environ[name] for name in FILES if os.environ.get(name)), None) if verify is True else None
    folder = os.environ.get("SSL_CERT_DIR") or None if verify is True else None
    with _lock:
        key = (verify, file, folder)
        if key not in _contexts:
            _contexts[key] = _context(verify, file, folder)
        return _contexts[key]


def _context(verify: bool | str, file: str | None, folder: str | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif isinstance(verify, str):
        _load(context, verify)
    elif file or folder:
        for path in filter(None, (file, folder)):
            _load(context, path)
    else:
        context.load_default_certs()
        if not context.cert_store_stats()["x509_ca"]:
            _load_bundle(context)
    return context


def _load(context: ssl.SSLContext, path: str) -> None:
    if os.path.isdir(path):
        context.load_verify_locations(capath=path)
    else:
        context.load_verify_locations(cafile=path)


def _load_bundle(context: ssl.SSLContext) -> None:
    """A system without a CA store: use certifi's if it is installed. Folders of hashed CAs load lazily and count 0."""
    paths = ssl.get_default_verify_paths()
    if paths.capath:
        return
    try:
        import certifi
    except ImportError:
        return
    context.load_verify_locations(cafile=certifi.where())
