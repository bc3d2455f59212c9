"""The log in memory."""

from tercet.toolkit.conversation.entries import LogEntry, LogStep, SavedConversation
from tercet.toolkit.conversation.log import MemoryLog


def test_a_log_in_memory_begins_empty_and_counts_its_steps() -> None:
    log = MemoryLog()
    assert log.load() == SavedConversation()
    step = LogStep(entries=[LogEntry(id=1, parent=None, role="user", content=[{"type": "text", "text": "Hi"}])], tip=1)
    assert log.commit(step, 0) == 1
    assert log.commit(LogStep(tip=1), 1) == 2
