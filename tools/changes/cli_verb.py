"""A new verb of the `tercet` command."""

from __future__ import annotations

from house_changes import Scratch

TESTS = ["tests/cli/test_commands.py"]
VERB = '''"""`tercet retirements`: the models that end soon, soonest first."""

from __future__ import annotations

import click

from tercet.catalog.models import all_models


@click.command()
@click.option("--first", default=5, show_default=True, type=click.IntRange(min=1), metavar="N", help="How many.")
def retirements(first: int) -> None:
    """List the models that end soon, soonest first."""
    ends = sorted((facts.lifecycle.retires, facts.id) for facts in all_models() if facts.lifecycle.retires)
    for day, name in ends[:first]:
        click.echo(f"{day}  {name}")
'''


def edit(house: Scratch) -> None:
    """Add `tercet retirements`."""
    house.create("src/tercet/cli/retirements.py", VERB)
    house.after("cli", "VERBS = {\n", '    "retirements": "retirements",\n')
