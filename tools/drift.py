"""Compare Tercet with a version of the official SDK: `make drift` (the newest) or `make drift VERSION=2.11.0`.

Installs that version beside the tree (`.venvs/drift-VERSION`), asks it what it offers (tests/conformance/survey.py and
surface.py, run there), and prints every name, field, argument, error code, default, deprecated model, beta and header that
differs here and has no row in docs/compatibility.md. Exit 1 if there is one, 2 if that version cannot be had.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import inspect
import json
import subprocess
import sys
import typing
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import MethodType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]
CONFORMANCE = ROOT / "tests" / "conformance"
NOT_COMPARED = frozenset({"host", "content-length", "accept-encoding", "idempotency-key"})
"""Headers that say where a request goes and how it is packed."""


def main() -> int:
    parser = argparse.ArgumentParser(description="What differs from a version of the official SDK.")
    parser.add_argument("version", nargs="?", default="", help="such as 2.11.0; the newest if left out")
    given = parser.parse_args()
    try:
        python, version = installed(given.version)
        told = {**asked(python, "survey.py"), **asked(python, "surface.py")}
    except subprocess.CalledProcessError as failed:
        print((failed.stderr or str(failed)).strip().splitlines()[-1], file=sys.stderr)
        return 2
    warnings.simplefilter("ignore")
    found = {kind: list(differing(told)) for kind, differing in KINDS.items()}
    for kind, names in found.items():
        print(f"{kind:<22} {len(names) or 'none'}")
        for name in names:
            print(f"  {name}")
    count = sum(map(len, found.values()))
    print(
        f"\nanthropic {version}: {count or 'no'} difference{'' if count == 1 else 's'} without a row in docs/compatibility.md"
    )
    return 1 if count else 0


def installed(version: str) -> tuple[Path, str]:
    """Return the Python of an environment that has this version of the SDK, made if it is missing, and the version."""
    home = ROOT / ".venvs" / f"drift-{version or 'newest'}"
    python = home / "bin" / "python"
    if not python.exists():
        print(f"Setting up {home.relative_to(ROOT)} ...", file=sys.stderr)
        ran([sys.executable, "-m", "venv", str(home)])
    wanted = f"anthropic=={version}" if version else "anthropic"
    if not version or "Version:" not in ran([str(python), "-m", "pip", "show", "anthropic"], check=False):
        ran([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--upgrade", wanted])
    return python, ran([str(python), "-c", "import anthropic; print(anthropic.__version__)"]).strip()


def ran(command: list[str], *, check: bool = True) -> str:
    """Return what a command printed. Raises CalledProcessError."""
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=check).stdout


def asked(python: Path, program: str) -> dict[str, Any]:
    """Return what a program of `tests/conformance` prints there."""
    told: dict[str, Any] = json.loads(ran([str(python), "-W", "ignore", str(CONFORMANCE / program)]).splitlines()[-1])
    return told


# --- what differs, kind by kind --------------------------------------------------------------------------------------


def rows(found: Iterable[str], *headings: str) -> Iterator[str]:
    """Yield what no row under these headings of docs/compatibility.md tells of."""
    from tests.conformance.documented import PAGE, undocumented

    left = sorted(set(found))
    for heading in headings:
        left = undocumented(left, heading) if f"\n### {heading}\n" in PAGE.read_text(encoding="utf-8") else left
    return iter(left)


def types_differ(told: dict[str, Any]) -> Iterator[str]:
    """Yield types that are missing, and fields that they lack: `types.Usage.output_tokens`."""
    from tests.compat.test_type_names import LEFT_OUT

    left_out = {f"{package.removeprefix('tercet.')}.{name}" for package, name in LEFT_OUT}
    missing = []
    for name, fields in told["fields"].items():
        package, _, last = name.rpartition(".")
        ours = getattr(importlib.import_module(f"tercet.{package}"), last, None)
        if ours is None and name not in left_out:
            missing.append(name)
        elif isinstance(ours, type):
            known = _fields_of(ours)
            missing += [
                f"{name}.{field}" for field in fields if known and field not in known and not hasattr(ours, field)
            ]
    return rows(missing, "Names", "Fields")


def _fields_of(kind: Any) -> set[str]:
    found = set(getattr(kind, "model_fields", None) or ())
    return found | {name for base in inspect.getmro(kind) for name in vars(base).get("__annotations__", {})}


def arguments_differ(told: dict[str, Any]) -> Iterator[str]:
    """Yield arguments of methods that are not taken: `messages.create(top_p)`."""
    import httpx2

    import tercet

    client = tercet.Anthropic(
        api_key="k", http_client=httpx2.Client(transport=httpx2.MockTransport(_refuse)), max_retries=0
    )
    missing = []
    for each in told["methods"]:
        path, _, argument = each.rstrip(")").partition("(")
        method = _method(client, path)
        if method is None:
            missing.append(f"Anthropic.{path}")
        elif not _takes(method, argument):
            missing.append(each)
        elif _takes(method, "no_argument_at_all"):
            raise RuntimeError(f"{path} says nothing of arguments that it does not know: they cannot be compared")
    return rows(missing, "Attributes", "Arguments")


def _refuse(request: Any) -> Any:
    import httpx2

    return httpx2.Response(400, json={})


def _method(client: Any, path: str) -> Any:
    found = client
    for part in path.split("."):
        found = getattr(found, part, None)
    return found


def _takes(method: Any, argument: str) -> bool:
    """Return whether a method knows an argument: it names one that it does not know, before it looks at any value."""
    plain = inspect.signature(MethodType(inspect.unwrap(method), method.__self__)).parameters  # declared ones are tried
    if argument in plain:
        return True
    needed = [name for name, each in plain.items() if each.default is each.empty and each.kind is not each.VAR_KEYWORD]
    try:
        method(**dict.fromkeys(needed, "x"), **{argument: None})
    except TypeError as error:
        return f"'{argument}'" not in str(error) or "unexpected" not in str(error)
    except Exception:  # it got as far as looking at values
        return True
    return True


def codes_differ(told: dict[str, Any]) -> Iterator[str]:
    """Yield error codes that have no class, or another one: `400 file_expired FileExpiredError`."""
    from tercet.wire.errors.codes import CODES

    ours = {f"{status} {code} {name}" for status, codes in CODES.items() for code, name in codes.items()}
    return rows((each for each in told["codes"] if " None " not in each and each not in ours), "Codes")


def models_differ(told: dict[str, Any]) -> Iterator[str]:
    """Yield models that the SDK warns of and the catalog holds for active, or for ending on another day."""
    from tercet.catalog.models import find

    for name, day in told["deprecated"].items():
        facts = find(name)
        if facts is None:
            yield f"{name}: unknown here; ends {day}"
        elif facts.lifecycle.on(dt.date.today()) == "active":
            yield f"{name}: active here; ends {day}"
        elif facts.lifecycle.retires is not None and _day(day) not in (None, facts.lifecycle.retires):
            yield f"{name}: ends {facts.lifecycle.retires} here, {day} there"


def _day(text: str) -> dt.date | None:
    for form in ("%B %d, %Y", "%B %dth, %Y", "%B %dst, %Y", "%B %dnd, %Y", "%B %drd, %Y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def betas_differ(told: dict[str, Any]) -> Iterator[str]:
    """Yield names of betas that the SDK knows and the types here do not."""
    from tercet.wire.params.betas import AnthropicBeta

    known = {name for part in typing.get_args(AnthropicBeta) for name in typing.get_args(part)}
    return rows((name for name in told["betas"] if name not in known), "Betas")


def headers_differ(told: dict[str, Any]) -> Iterator[str]:
    """Yield headers of a `create` that are not sent, or with another value."""
    survey = importlib.import_module("tests.conformance.survey")
    ours = survey.headers_of(importlib.import_module("tercet"), importlib.import_module("httpx2"))
    theirs = {name: value for name, value in told["headers"].items() if name not in NOT_COMPARED}
    return rows((name for name, value in theirs.items() if ours.get(name) != value), "Headers")


def defaults_differ(told: dict[str, Any]) -> Iterator[str]:
    """Yield constants that have another value here."""
    constants = importlib.import_module("tercet._constants")
    found = [name for name, value in told["defaults"].items() if repr(getattr(constants, name, None)) != value]
    timeout = constants.DEFAULT_TIMEOUT
    return rows(
        [*found, *(f"timeout.{name}" for name, v in told["timeout"].items() if getattr(timeout, name) != v)], "Defaults"
    )


def surface_differs(kind: str, heading: str) -> Callable[[dict[str, Any]], Iterator[str]]:
    """Return the comparison of modules, attributes or arguments of constructors."""

    def differing(told: dict[str, Any]) -> Iterator[str]:
        from tests.conformance.test_surface import OFFERED

        return rows((name for name in told[kind] if not OFFERED[kind](name)), heading)

    return differing


KINDS: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "types and fields": types_differ,
    "modules": surface_differs("modules", "Modules"),
    "attributes": surface_differs("attributes", "Attributes"),
    "constructors": surface_differs("arguments", "Arguments"),
    "arguments of methods": arguments_differ,
    "error codes": codes_differ,
    "deprecated models": models_differ,
    "betas": betas_differ,
    "headers": headers_differ,
    "defaults": defaults_differ,
}


if __name__ == "__main__":
    sys.exit(main())
