"""What is read from docstrings. The expectations are what the official SDK 2.11.0 reads from the same texts."""

from __future__ import annotations

import pytest

from tercet.tools.docstrings import Docstring, parse_docstring

GOOGLE = """First line
    second line.
    Third.

    Example:
        f6(1)

    Args:
        a: The a: with colon.

            And a paragraph.
        b (str, optional): B
        *rest: All others.
    Raises:
        ValueError: never
    """
NUMPY = """NumPy one.

    More text
    here.

    Parameters
    ----------
    a : int
        The a.
        Second line.
    b
        The b.

    Returns
    -------
    str
        x
    """
SPHINX = """Sum up.

    :param when: The time
        of day.
    :type when: str
    :param int day: Day.
    :returns: x
    """


@pytest.mark.parametrize(
    ("text", "description", "parameters"),
    [
        (None, "", {}),
        ("", "", {}),
        ("Just this.", "Just this.", {}),
        ("\n    Leading newline.\n\n    Note: this is a note.\n    ", "Leading newline.\n\nNote: this is a note.", {}),
        (
            GOOGLE,
            "First line\n\nsecond line.\nThird.",
            {"a": "The a: with colon.\nAnd a paragraph.", "b": "B", "rest": "All others."},
        ),
        (NUMPY, "NumPy one.\n\nMore text\nhere.", {"a": "The a.\nSecond line.", "b": "The b."}),
        (SPHINX, "Sum up.", {"when": "The time\nof day.", "day": "Day."}),
        ("Args:\n    a: only parameters", "", {"a": "only parameters"}),
        ("Do it.\n\nArgs:\n    no colon here\n    a:\n", "Do it.", {}),
    ],
)
def test_a_docstring_gives_its_description_and_its_parameters(
    text: str | None, description: str, parameters: dict[str, str]
) -> None:
    assert parse_docstring(text) == Docstring(description, parameters)


def test_a_long_docstring_takes_linear_time() -> None:
    text = "Do it.\n\nArgs:\n" + "".join(f"    a{number}: value {number}\n" for number in range(20_000))
    assert len(parse_docstring(text).parameters) == 20_000
