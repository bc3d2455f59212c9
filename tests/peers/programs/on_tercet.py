"""Runs another program of this folder with Tercet in the place of the official SDK."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import tercet

tercet.replace_anthropic()
runpy.run_path(str(Path(__file__).with_name(sys.argv[1])), run_name="__main__")
