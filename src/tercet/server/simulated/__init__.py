"""The simulated model: deterministic, honest about being simulated, and a careful reader of what it is sent.

model.py       one request, one answer  small_talk.py  what it says, in order of trying
limits.py      where an answer stops    thinking.py    thinking blocks and their signatures
"""

from tercet.server.simulated.model import SimulatedModel
from tercet.server.simulated.server_tools import Page
from tercet.server.simulated.thinking import verify

__all__ = ["Page", "SimulatedModel", "verify"]
