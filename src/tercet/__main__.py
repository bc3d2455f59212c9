"""`python -m tercet`: the command line, where the script is not on the path."""

from __future__ import annotations

from tercet.cli import main

main()
