"""Models: which there are, and what each can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from tercet.client.call import Call, model_reader
from tercet.client.resources.arguments import path_segment, simple_call
from tercet.client.resources.listing import PAGE_NAMES, Listing, listing
from tercet.client.resources.pages import AsyncPage, AsyncPaginator, SyncPage
from tercet.client.resources.resource import Resource, underlying_client
from tercet.wire.responses.models import ModelInfo

if TYPE_CHECKING:
    from tercet.client.core import AsyncCore, Core
    from tercet.client.raw.types import (
        AsyncModelsWithRawResponse,
        AsyncModelsWithStreamingResponse,
        ModelsWithRawResponse,
        ModelsWithStreamingResponse,
    )
    from tercet.client.resources.parameters import ModelListArguments, WorkspaceOptions


read_model = model_reader(ModelInfo, "id")
LIST_NAMES = PAGE_NAMES | {"lifecycle"}


def retrieve_call(model_id: str, arguments: Mapping[str, Any], betas: Sequence[str] = ()) -> Call[ModelInfo]:
    """Describe GET /v1/models/{id}."""
    return simple_call(
        "GET", f"/v1/models/{path_segment('model_id', model_id)}", read_model, arguments, "retrieve", betas
    )


def make_list(page: Any, arguments: Mapping[str, Any], betas: Sequence[str] = ()) -> Listing:
    """Describe GET /v1/models, page by page."""
    return listing("/v1/models", ModelInfo, page, arguments, LIST_NAMES, betas)


class Models(Resource):
    """`client.models`."""

    _client: Core

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> ModelsWithRawResponse: ...
        @property
        def with_streaming_response(self) -> ModelsWithStreamingResponse: ...

    betas: ClassVar[Sequence[str]] = ()
    """Beta features that every call of this resource names."""

    def list(self, **params: Unpack[ModelListArguments]) -> SyncPage[ModelInfo]:
        """List models, most recently released first. Iterate the page to go through all pages."""
        call = make_list(SyncPage, params, self.betas).call(underlying_client(self._client)._send)
        page: SyncPage[ModelInfo] = self._client._send(call)
        return page

    def retrieve(self, model_id: str, **params: Unpack[WorkspaceOptions]) -> ModelInfo:
        """Look up one model, by its id or alias."""
        return self._client._send(retrieve_call(model_id, params, self.betas))


class AsyncModels(Resource):
    """`client.models` of the async client."""

    _client: AsyncCore

    if TYPE_CHECKING:

        @property
        def with_raw_response(self) -> AsyncModelsWithRawResponse: ...
        @property
        def with_streaming_response(self) -> AsyncModelsWithStreamingResponse: ...

    betas: ClassVar[Sequence[str]] = ()
    """Beta features that every call of this resource names."""

    def list(self, **params: Unpack[ModelListArguments]) -> AsyncPaginator[ModelInfo, AsyncPage[ModelInfo]]:
        """List models, most recently released first. Await it for one page, or `async for` over all models."""
        call = make_list(AsyncPage, params, self.betas).call(underlying_client(self._client)._send)
        return AsyncPaginator(lambda: self._client._send(call))

    async def retrieve(self, model_id: str, **params: Unpack[WorkspaceOptions]) -> ModelInfo:
        """Look up one model, by its id or alias."""
        return await self._client._send(retrieve_call(model_id, params, self.betas))
