"""A new option of the client: a constructor's argument, of copies too, of the environment, and pickled."""

from __future__ import annotations

from house_changes import Scratch

TESTS = ["tests/client/test_options.py", "tests/client/test_settings.py", "tests/client/test_signatures.py"]
CHECK = '''def check_application(value: object) -> str | None:
    """Return `value` as a word that may end the User-Agent header, or None."""
    if value is not None and not (isinstance(value, str) and value.isascii() and value.isprintable() and value.strip()):
        raise ValueError(f"application must be a name such as 'shop/1.2', not {value!r}")
    return value


'''


def edit(house: Scratch) -> None:
    """Add `application="shop/1.2"`, which ends the User-Agent header."""
    house.before("client", "def check_http_client(", CHECK)
    house.before("client", '    "retry_ambiguous": Option(',
                 '    "application": Option("setting", check_application, None, "TERCET_APPLICATION"),\n')  # fmt: skip
    house.before("client", "    user: Secret | None = None\n", "    application: str | None = None\n")
    house.replace("client", '"User-Agent": user_agent(client_name),\n',
                  '"User-Agent": " ".join(filter(None, [user_agent(client_name), settings.application])),\n')  # fmt: skip
    house.before("client", "    retry_ambiguous: bool\n", "    application: str | None\n")
    house.before("tests/client/test_options.py", '    "retry_ambiguous": (False, policy',
                 '    "application": ("shop", lambda client: client.default_headers["user-agent"][-5:], " shop"),\n')  # fmt: skip
    house.before(
        "tests/client/test_options.py", '    "default_headers": "X-Team: blue",\n', '    "application": "shop",\n'
    )
