"""From a request's JSON to the message that answers it: model, checks, answer, usage. The one path of every endpoint.

Knows no HTTP: native routes, batches, Bedrock and Vertex all come through here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from tercet.catalog import models
from tercet.catalog.facts import ModelFacts
from tercet.server.accounting import usage as accounting
from tercet.server.accounting.caching import PromptCache
from tercet.server.accounting.diagnostics import Diagnoses
from tercet.server.accounting.tokens import count_request
from tercet.server.errors import HTTPError, not_found
from tercet.server.ids import Ids
from tercet.server.limits.acceleration import Acceleration
from tercet.server.limits.overload import overload_of
from tercet.server.limits.quotas import Quotas
from tercet.server.limits.rates import Limiter, RateLimitedError
from tercet.server.limits.spending import Spending
from tercet.server.service import fallback_credit, fallbacks, transformations
from tercet.server.service.context_editing import edited
from tercet.server.service.request import MessageRequest
from tercet.server.service.responder import Answer, Responder
from tercet.server.settings import ServerSettings
from tercet.server.stores.files import FileStore
from tercet.server.stores.thinking_bindings import ThinkingBindings
from tercet.server.stores.threads import Threads
from tercet.server.validation.check import check_shape, checked
from tercet.server.validation.context import ValidationContext
from tercet.server.validation.fields import refusal

Json = dict[str, Any]


class MessageService:
    """Answers requests. Holds what outlives one: prompt cache, threads, ids."""

    def __init__(
        self,
        settings: ServerSettings,
        ids: Ids,
        answerer: Responder,
        files: FileStore,
        verify: Callable[[Json], bool] | None = None,
    ) -> None:
        self.settings, self.ids, self.answerer, self.files = settings, ids, answerer, files
        self.cache = PromptCache(settings.clock)
        self.threads = Threads(settings.clock)
        limits = settings.rate_limits
        self.limiter = Limiter(limits, settings.clock, settings.organization)
        self.quotas = Quotas(limits, settings.clock, settings.organization)
        ramp = limits.ramp if limits is not None else None
        self.ramp = Acceleration(ramp, settings.clock, settings.organization) if ramp is not None else None
        self._overloaded = overload_of(settings.overloaded, settings.seed)
        self.spending = Spending(settings.spend_limit) if settings.spend_limit is not None else None
        self.bindings = ThinkingBindings()
        self.diagnoses = Diagnoses()
        self._verify = verify if settings.strict else None

    def message(self, asked: MessageRequest) -> Json:
        """Return the message that answers. Raises HTTPError for what is refused."""
        request, model = self.checked(asked)
        try:
            self._admit(asked, request, model)
            made = self._made(asked, request)
        except BaseException:
            if "thread" in request:
                self.threads.release(request)
            raise
        if "thread" in request:
            self._keep_thread(asked, request, made)
        if self.settings.strict or asked.transformed is not None:
            self.bindings.keep(request, made["content"])
        return made

    def _admit(self, asked: MessageRequest, request: Json, model: str) -> None:
        """Raise 429, 400 or 529 for what this key may not use now. Batches have limits of their own."""
        settings, key = self.settings, asked.caller.key
        asked.model = model
        if "fallback_credit_token" in request and not asked.batch:
            asked.credit = fallback_credit.presented(request, asked.caller, asked.platform, settings.now())
        if self.spending is not None:
            self.spending.check(key, settings.now())
        if self._overloaded is not None and self._overloaded():
            raise HTTPError(529, "Overloaded")
        if not asked.batch:
            size = 1 << 40 if "thread" in request else asked.size
            self.limiter.admit(asked.platform + key, model, size, lambda: self._uncached(request, key))
            if self.ramp is not None and not asked.platform:
                self.ramp.admit(key, model, size, lambda: self._uncached(request, key))

    def _uncached(self, request: Json, key: str) -> int:
        visible, _ = edited(request, count_request)
        return count_request(visible) - self.cache.use(visible, key, write=False).read

    def _made(self, asked: MessageRequest, sent: Json) -> Json:
        """Return the answer, whoever of the request's models gives it, as a message with its usage."""
        request = self._transformed(asked, sent)
        served = self._served(asked, request)
        answer, model, key = served.answer, served.model, asked.caller.key
        usage = accounting.usage(request, answer, model, cache=self.cache, key=key, batch=asked.batch)
        if answer.usage:
            usage.update(answer.usage)
        if asked.credit is not None:
            asked.credit.apply(usage)
        if served.declined:
            usage["iterations"] = fallbacks.iterations(served, usage)
        made = message_of(answer, self.ids.message(asked.platform), model, usage)
        if answer.stop_reason == "refusal" and answer.stop_details is not None:
            made["stop_details"] = self._with_credit(asked, {**sent, "model": model}, answer.stop_details)
        if asked.transformed is not None:
            made["input_transformations"] = asked.transformed
        if request.get("diagnostics") is not None:
            made["diagnostics"] = self.diagnoses.diagnosed(request, made["id"], key, usage)
        self._book(asked, served, usage)
        return made

    def _transformed(self, asked: MessageRequest, request: Json) -> Json:
        """Return the request as the model sees it."""
        if asked.caller.betas and transformations.asked_for(asked.caller.betas):
            request, asked.transformed = transformations.transformed(request, self.bindings)
        return request

    def _served(self, asked: MessageRequest, request: Json) -> fallbacks.FallbackResult:
        headers, answerer = asked.headers, asked.answerer or self.answerer
        if not request.get("fallbacks"):
            return fallbacks.FallbackResult(answerer.answer(request, headers), request["model"])

        def may_run(model: str) -> bool:
            return self._may_run(asked, request, model)

        return fallbacks.answered(request, lambda each: answerer.answer(each, headers), may_run)

    def _book(self, asked: MessageRequest, served: fallbacks.FallbackResult, usage: Json) -> None:
        """Take what was used from the limits: every attempt counts for its own model."""
        key, model = asked.caller.key, served.model
        if not asked.batch:
            self.limiter.used(asked.platform + key, model, usage)
            for declined in served.declined:
                self.limiter.used(asked.platform + key, declined, {**usage, "output_tokens": 0})
        if not asked.platform:
            if self.ramp is not None and not asked.batch:
                self.ramp.used(key, model, usage)
            if self.spending is not None and fallbacks.is_billed(served.answer):
                self.spending.used(key, model, usage, self.settings.now())

    def _with_credit(self, asked: MessageRequest, request: Json, details: Json) -> Json:
        """Return a refusal's details, with a token for the retry on another model where a beta asks for it."""
        who = asked.caller
        if not fallback_credit.asked_for(who.betas):
            return details
        cached = self.cache.use(edited(request, count_request)[0], who.key, write=False).read
        return fallback_credit.offered(request, details, who, asked.platform, cached, self.settings.now())

    def _may_run(self, asked: MessageRequest, request: Json, model: str) -> bool:
        """Return whether a fallback model's limits let it answer now. Where they do not, the refusal before it
        stands."""
        if self._overloaded is not None and self._overloaded():
            return False
        key = asked.caller.key
        try:
            self.limiter.admit(asked.platform + key, model, asked.size, lambda: self._uncached(request, key))
        except RateLimitedError:
            return False
        return True

    def _keep_thread(self, asked: MessageRequest, request: Json, made: Json) -> None:
        """Keep the turn for the next one. What a fallback model wrote is not kept, as the API does not."""
        if made["model"] == request["model"]:
            self.threads.keep(request, made, asked.caller.key)

    def count(self, asked: MessageRequest) -> Json:
        """Return the answer of count_tokens."""
        request, _ = self.checked(asked)
        if "thread" in request:
            self.threads.release(request)
        if self.spending is not None:
            self.spending.check(asked.caller.key, self.settings.now(), counting=True)
        self.limiter.admit_count(asked.platform + asked.caller.key)
        if not request.get("context_management"):
            return {"input_tokens": count_request(request)}
        visible, _ = edited(request, count_request)
        original = {"original_input_tokens": count_request(request)}
        return {"input_tokens": count_request(visible), "context_management": original}

    def checked(self, asked: MessageRequest) -> tuple[Json, str]:
        """Return the request as the answerer gets it, and the id of the model that answers."""
        subject = self._subject(asked)
        check_shape(subject)
        model, facts = self.model(subject.request["model"], asked.warnings, platform=bool(asked.platform))
        subject.model, subject.facts = model, facts
        if subject.request.get("thread"):
            subject.request = self.threads.expanded(subject.request, asked.caller.key)
        try:
            checked(subject)
            if subject.request.get("fallbacks"):
                self._check_fallbacks(asked, subject)
        except HTTPError:
            if subject.request.get("thread"):
                self.threads.release(subject.request)
            raise
        # The answer does not depend on how it is delivered: `stream` is the protocol's business alone.
        request = subject.request.copy()
        request.pop("stream", None)
        if None in request.values():
            request = {name: value for name, value in request.items() if value is not None}
        request["model"] = model
        return (request if subject.is_text else self.files.filled(request, asked.caller.key)), model

    def _check_fallbacks(self, asked: MessageRequest, subject: ValidationContext) -> None:
        if asked.platform:
            raise refusal("extra", path="fallbacks")
        fallbacks.check_fallbacks(subject, self.model)

    def _subject(self, asked: MessageRequest) -> ValidationContext:
        settings, caller = self.settings, asked.caller
        return ValidationContext(
            asked.request,
            version=caller.version,
            betas=caller.betas,
            strict=settings.strict,
            strict_roles=settings.strict_roles,
            counting=asked.counting,
            batch=asked.batch,
            size=asked.size,
            verify=self._verify,
            bindings=self.bindings,
            warnings=asked.warnings,
        )

    def model(self, wanted: str, warnings: list[str], *, platform: bool = False) -> tuple[str, ModelFacts | None]:
        """Return the id and facts of the model that a request names. Raises 404 for models that are not served."""
        strict = self.settings.strict
        facts = models.exact(wanted) if strict and not platform else models.find(wanted)
        if facts is None:
            if strict or "claude" not in wanted:
                raise not_found(f"model: {wanted[:200]}")
            warnings.append(
                f"model: {wanted[:200]} is not known{_nearest(wanted)}; it is answered as a current model would be."
            )
            return wanted, None
        retires = facts.lifecycle.retires
        if retires is not None and self.settings.clock() >= _begins(retires):
            gone = models.retired(facts.id, self.settings.now().date())
            if strict:
                raise not_found(f"model: {wanted[:200]}")
            warnings.append(f"model: {gone}")
        return facts.id, facts


@lru_cache(maxsize=128)
def _nearest(wanted: str) -> str:
    """Return words that name the model which was probably meant; empty if none is near."""
    from difflib import get_close_matches

    known = [name for facts in models.all_models() for name in (facts.id, *facts.aliases)]
    found = get_close_matches(wanted[:100], known, 1, 0.8)
    return f" (did you mean {found[0]}?)" if found else ""


@lru_cache(maxsize=128)
def _begins(day: date) -> float:
    """Return the second since 1970 at which a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def message_of(answer: Answer, message_id: str, model: str, usage: Json) -> Json:
    """Return the Message object, its fields in the API's order."""
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": answer.content,
        "stop_reason": answer.stop_reason,
        "stop_sequence": answer.stop_sequence,
        "stop_details": answer.stop_details,
        "container": None,
        "usage": usage,
        **answer.extra,
    }
