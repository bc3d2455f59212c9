"""Errors of bulk jobs. Each says what was asked, what is there, and the way out; `exit_code` is what a command ends with."""

from __future__ import annotations

from typing import Any, ClassVar

from tercet.wire.errors.tree import AnthropicError


class BulkError(AnthropicError, ValueError):
    """A job that cannot be begun or gone on with as it was asked."""

    exit_code: ClassVar[int] = 2


class JobChangedError(BulkError):
    """The folder holds a job of another source, prompt, model or schema; `changes` says what differs, a line each."""

    def __init__(self, message: str, changes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.changes = changes


class JobBusyError(BulkError):
    """Another process runs this job just now."""

    exit_code = 75


class JobStoppedError(BulkError):
    """The job was ended before its end; its folder goes on. `cause` is the error that ended it, if it was one."""

    exit_code = 1
    cause: Any = None


class JobBudgetError(JobStoppedError):
    """The budget pays for no further request; everything that was answered is kept."""

    exit_code = 6
