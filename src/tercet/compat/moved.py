"""Paths inside this package that were others before the house was rearranged: programs that import them go on working.

They are no interface; each use is a DeprecationWarning that says what to import. `docs/glossary.md` has the same for
people. Found last of all, so that no other import pays for it.
"""

from __future__ import annotations

import warnings
from functools import cache
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

MOVED: dict[str, str] = {
    "catalog.names": "catalog.model_ids",
    "client.advice": "client.preflight",
    "client.beside": "client.anthropic",
    "client.encode": "client.arguments wire.requests.arguments wire.requests.json_body",
    "client.exposure": "client.insecure",
    "client.given": "wire.requests.sentinels",
    "client.making": "client.base MadeClient=BaseClient",
    "client.nouns": "",
    "client.nouns.arguments": "client.resources.arguments client.resources.resource flow.estimate Asked=Estimate",
    "client.nouns.batch_requests": "client.resources.batch_requests",
    "client.nouns.batches": "client.resources.batches",
    "client.nouns.beta": "client.resources.beta",
    "client.nouns.beta_messages": "client.resources.batches client.resources.beta_messages client.resources.messages",
    "client.nouns.files": "client.resources.batches client.resources.files",
    "client.nouns.listing": "client.resources.listing",
    "client.nouns.messages": (
        "client.resources.arguments client.resources.batches client.resources.beta_messages client.resources.messages"
    ),
    "client.nouns.models": "client.resources.batches client.resources.files client.resources.models",
    "client.nouns.multipart": "client.resources.multipart wire.requests.regular_files",
    "client.nouns.noun": "client.resources.resource Noun=Resource",
    "client.nouns.pages": "client.call client.raw.types client.resources.pages",
    "client.old_names": "client.arguments client.migration_hints",
    "client.pacing": "client.policies",
    "client.platforms.shared": "client.platforms.base",
    "client.read_as": "",
    "client.secret": "wire.secret",
    "client.shared": "client.base SharedClient=BaseClient",
    "client.streams.lines": "client.streams.jsonl",
    "client.streams.raw": "client.streams.reader",
    "client.streams.silence": "client.streams.idle_timeout Silence=IdleTimer",
    "client.structured": "",
    "client.structured.answers": "client.resources.messages schema.answers",
    "client.structured.check": "schema.transform tools.function_input",
    "client.structured.references": "schema.transform",
    "client.structured.schemas": "schema.transform",
    "client.structured.types": "schema.types",
    "client.tools": "",
    "client.tools.compaction": "tools.server_history",
    "client.tools.conversation": "tools.run_state Conversation=RunState",
    "client.tools.docstrings": "tools.docstrings",
    "client.tools.eager": "tools.loop",
    "client.tools.functions": "client.generic client.resources.beta_messages tools.functions",
    "client.tools.input": "flow.effects schema.transform tools.function_input",
    "client.tools.loop": "flow.effects tools.loop RunTools=CallTool",
    "client.tools.mcp": "tools.mcp",
    "client.tools.mcp_values": "tools.mcp",
    "client.tools.memory": "tools.memory",
    "client.tools.memory_directory": "tools.memory",
    "client.tools.memory_texts": "tools.memory_texts",
    "client.tools.results": "client.log tools.results",
    "client.tools.runner": "client.anthropic client.resources.tool_runners tools.runner",
    "client.tools.running": "client.resources.tool_runners tools.runner_base conversation_of=runner_arguments",
    "client.tools.schema": "schema.transform tools.function_input",
    "client.tools.thread": "tools.server_history",
    "flow.admission": "flow.limits Passage=AttemptReservation Admission=LimitLayer",
    "flow.circuits": "flow.breaker",
    "flow.details": "flow.events",
    "flow.drive": "flow.drivers",
    "flow.endings": "flow.errors",
    "flow.guarding": "flow.breaker guarded=guard_attempt",
    "flow.money": "flow.budget_reservation flow.usage Money=BudgetReservation",
    "flow.observing": "flow.events observed=observe_attempt",
    "flow.opening": "flow.first_content bounded=bound_stream opened=open_stream",
    "flow.phases": "flow.billing",
    "flow.quota": "flow.retry_budget RetryQuota=RetryBudget",
    "flow.rewound": "flow.body Rewound=PrefixedBody",
    "flow.shared_state": "flow.budget flow.store flow.store.store",
    "flow.shared_state.leases": "flow.store.leases",
    "flow.shared_state.memory": "flow.budget flow.store.memory",
    "flow.shared_state.redis": "flow.budget flow.store.redis",
    "flow.shared_state.sqlite": "flow.budget flow.store.redis flow.store.sqlite",
    "flow.turns": "flow.reservation Gate=RateLimiter Turns=Reservation",
    "platforms.place": (
        "platforms.base Body=BodyTranslator Asked=PlatformRequest asked_of=platform_request "
        "moved=rewrite_request in_a_thread=run_in_thread"
    ),
    "platforms.sending": "platforms.transport Turned=TranslatedBody",
    "platforms.signing": "platforms.aws_credentials",
    "platforms.token_providers": "platforms.base token_of=call_provider",
    "server.answer": "server.service.responder Answerer=Responder",
    "server.answerers": "",
    "server.answerers.matching": "server.responders.matching",
    "server.answerers.outcome": "server.responders.outcome",
    "server.answerers.queue": "server.responders.script",
    "server.answerers.recording": "server.journal.bodies server.responders.recording",
    "server.answerers.replaying": "server.responders.replaying",
    "server.answerers.script": "server.faults.spec server.responders.script Rule=FaultRule",
    "server.answerers.upstream": "server.responders.upstream",
    "server.context": "server.service.context_editing",
    "server.endpoints.eventstream": "server.endpoints.bedrock",
    "server.fallback_credit": "server.service.fallback_credit",
    "server.fallbacks": "server.service.fallbacks Served=FallbackResult",
    "server.faults.choice": "server.faults.rules Faults=FaultRules",
    "server.faults.delivery": "server.faults.injection Delivery=Injection",
    "server.faults.instead": "server.faults.replacements",
    "server.guard": "server.access Guard=OriginGuard",
    "server.http.chunked": "server.http.parser",
    "server.http.encoding": "server.http.bodies",
    "server.http.head": "server.http.parser MalformedError=MalformedRequestError",
    "server.http.host": "server.http.listener server.service.fallbacks Host=Server Served=FallbackResult",
    "server.http.incoming": "server.http.transfer TooLargeError=BodyTooLargeError Incoming=RequestBody",
    "server.http.multipart": "server.http.bodies Part=FormPart",
    "server.http.outgoing": "server.http.transfer Outgoing=ResponseWriter",
    "server.http.stepping": "server.http.connection begun=run_eagerly",
    "server.json_text": "server.exchange",
    "server.levers": "server.test_controls Levers=Controls",
    "server.limits.ramp": "server.limits.acceleration Ramp=Acceleration",
    "server.model_facts": "server.service.model_facts",
    "server.once": "server.cached once=cached_attribute",
    "server.outer": "server.app server.middleware",
    "server.serving": (
        "server.service.message_service server.service.request Serving=MessageService Asked=MessageRequest"
    ),
    "server.stores.bindings": "server.stores.thinking_bindings Bindings=ThinkingBindings",
    "server.stream": "server.service.events",
    "server.transformations": "server.service.transformations",
    "server.validation.lengths": "server.validation.check",
    "server.validation.subject": "server.validation.context Subject=ValidationContext",
    "server.validation.texts": "server.validation.error_texts Row=RefusalText",
    "transport.awaiting": "transport.async_transport WireStream=AsyncSocketStream",
    "transport.blocking": "transport.sync_transport",
    "transport.choice": "transport.factory",
    "transport.clock": "transport.deadline Clock=Deadline",
    "transport.connections": "transport.sync_pool Pool=SyncPool Connection=SyncSocket",
    "transport.faults": "transport.deadline transport.errors",
    "transport.forks": "transport.sockets",
    "transport.loop_pools": "transport.async_pool",
    "transport.own_client": "transport.httpx_client",
    "transport.places": "transport.origin Place=Origin Target=RequestTarget",
    "transport.portable": "transport.httpx_client",
    "transport.proxies": "transport.origin",
    "transport.settings": "transport.base",
    "transport.shelf": "transport.idle_connections Shelf=IdleConnections",
    "transport.tls_sockets": "transport.tls encrypted=start_tls",
    "transport.turn": "transport.waiter Turn=ReadWaiter",
    "transport.wires": "transport.async_socket Wire=AsyncSocket connected=connect_tcp",
    "wire.answered": "wire.model Answered=ResponseModel",
    "wire.as_field": "wire.pydantic_field",
    "wire.batches": "wire.responses.batches",
    "wire.betas": "wire.params.betas",
    "wire.blocks": "wire.responses.blocks",
    "wire.citations": "wire.responses.citations",
    "wire.context": "wire.responses.context",
    "wire.dumping": "wire.serialize",
    "wire.errors.bodies": "wire.responses.errors",
    "wire.errors.foreign": "wire.errors.platform_errors",
    "wire.errors.refused": "wire.errors.limits",
    "wire.executions": "wire.responses.code_execution",
    "wire.fields": "wire.model",
    "wire.files": "wire.responses.files",
    "wire.first_use": "wire.msgspec_warmup",
    "wire.jsonl": "wire.stream.jsonl",
    "wire.limits": "wire.rate_limits",
    "wire.lines": "wire.stream.sse",
    "wire.memory_commands": "wire.responses.memory_commands",
    "wire.messages": "wire.responses.content wire.responses.message",
    "wire.model_fields": "wire.pydantic_field",
    "wire.models": "wire.responses.models",
    "wire.moments": "",
    "wire.objects": "wire.model",
    "wire.parsed": "wire.responses.parsed",
    "wire.results": "wire.responses.tool_results",
    "wire.streams": "",
    "wire.streams.assemble": "",
    "wire.streams.decoder": "wire.stream.decoder",
    "wire.streams.events": "",
    "wire.streams.growing": "",
    "wire.streams.helper_events": "wire.stream.events",
    "wire.streams.partial": "wire.stream.decoder wire.stream.partial",
    "wire.streams.raw_events": "wire.stream.events Fault=ProtocolFault",
    "wire.streams.sse": "transport.decoding wire.stream.sse Decoder=ContentDecoder",
    "wire.timeouts": "wire.timeout",
    "wire.typed": "wire.typing_compat",
    "wire.url": "wire.http",
    "wire.usage": "wire.responses.usage",
}
"""Path before -> the modules that hold its names now, and `Before=Now` for names that changed too. Empty: a package,
or a module of which nothing is left."""


def find_moved(fullname: str) -> ModuleSpec | None:
    """Return how to load a path that was here before, or None."""
    path = fullname.removeprefix("tercet.")
    if path not in MOVED:
        return None
    return ModuleSpec(fullname, _MovedLoader(), is_package=any(each.startswith(f"{path}.") for each in MOVED))


@cache
def read_row(path: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the modules that hold a path's names now, and the names that changed."""
    words = MOVED[path].split()
    renamed = dict(word.split("=") for word in words if "=" in word)
    return tuple(word for word in words if "=" not in word), renamed


def look_up(path: str, name: str) -> Any:
    """Return what a name of an earlier path means now, and warn. AttributeError that says where to look otherwise."""
    rooms, renamed = read_row(path)
    now = renamed.get(name, name)
    for room in rooms:
        if (value := getattr(import_module(f"tercet.{room}"), now, None)) is not None:
            warnings.warn(f"tercet.{path} has moved: import {now} from tercet.{room}", DeprecationWarning, stacklevel=3)
            return value
    there = f"look into {', '.join(f'tercet.{room}' for room in rooms)}" if rooms else "nothing is left of it"
    raise AttributeError(
        f"tercet.{path} is no more, and {name!r} has gone with it: {there}; docs/glossary.md has old and new names",
        name=name,
    )


class _MovedLoader(Loader):
    """Makes the module of an earlier path: its names are looked up when they are touched."""

    def exec_module(self, module: ModuleType) -> None:
        path = module.__name__.removeprefix("tercet.")

        def look(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}", name=name)
            return look_up(path, name)

        module.__dict__.update(__doc__=f"Where tercet.{path} was before.", __getattr__=look)
