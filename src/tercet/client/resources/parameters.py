"""The keyword arguments of batches, files and models, as type checkers read them and `inspect.signature` shows them.

Imported when somebody asks for a signature, and by type checkers: no call needs it.
"""

from __future__ import annotations

from tercet.wire.params import (
    BatchCreateParams,
    BetaBatchListParams,
    BetaFileListParams,
    BetaFileUploadParams,
    BetaModelListParams,
    BetaOptions,
    CallOptions,
)


class Options(CallOptions, BetaOptions, total=False):
    """The options by which a call says something about the exchange and the betas it uses."""

    deadline: float | None
    """Seconds for the whole call, retries and waits included."""
    max_retries: int
    """How often a failed attempt is repeated."""


class WorkspaceOptions(Options, total=False):
    """The same, and which workspace is meant."""

    workspace_id: str | None
    """The workspace, for credentials that have several (`wrkspc_…`). Sent as a header."""


class BatchCreateArguments(BatchCreateParams, Options, total=False):
    """The arguments of `batches.create`."""


class BatchListArguments(BetaBatchListParams, Options, total=False):
    """The arguments of `batches.list`."""


class FileUploadArguments(BetaFileUploadParams, Options, total=False):
    """The arguments of `files.upload`."""


class FileListArguments(BetaFileListParams, Options, total=False):
    """The arguments of `files.list`."""


class ModelListArguments(BetaModelListParams, Options, total=False):
    """The arguments of `models.list`."""
