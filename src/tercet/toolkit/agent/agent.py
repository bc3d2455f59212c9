"""`tercet.Agent` and `tercet.AsyncAgent`: a few lines a method over the plan of `run_plan.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Unpack

from tercet.flow.effects import Plan
from tercet.toolkit.agent.agent_base import AgentBase, id_of
from tercet.toolkit.agent.agent_stream import AgentStream, AsyncAgentStream
from tercet.toolkit.agent.run import AgentRun
from tercet.toolkit.agent.run_plan import RunPlan
from tercet.toolkit.conversation.answer_stream import StreamedTurn
from tercet.toolkit.conversation.conversation import AsyncConversation, Conversation
from tercet.toolkit.conversation.turn import TurnEnding

if TYPE_CHECKING:
    from tercet.client.anthropic import Anthropic, AsyncAnthropic
    from tercet.toolkit.agent.parameters import AgentParameters, AsyncAgentParameters
    from tercet.toolkit.conversation.approvals import Decision
    from tercet.toolkit.conversation.parameters import Said, TurnParameters


class Agent(AgentBase):
    """A model with tools, which it calls until it is done, within limits and with the approvals that you want.

        agent = tercet.Agent(client, tools=[get_weather, tercet.ask_first(send_mail)], limits=tercet.Limits(usd=0.50))
        run = agent.run("Tell Oslo's weather to Kari")

    Takes the parameters of `Conversation`; with `conversation=` that one's hold, and what is said goes into it. Limits, refusals
    and calls that wait are no exceptions: `run.outcome` says how a run ended. Errors of the API are raised, with `error.run`.
    Plain functions run side by side in threads; one that is bound to its thread is `@beta_tool(alone=True)`.
    """

    _kind = Conversation
    conversation: Conversation

    def __init__(self, client: Anthropic, **parameters: Unpack[AgentParameters]) -> None:
        super().__init__(client, parameters)

    def run(self, *content: Said, **parameters: Unpack[TurnParameters]) -> AgentRun:
        """Say something, and return what came of it once the model is done, or something keeps it from going on.

        Takes what `Conversation.say` takes. Raises ValueError for empty words before anything is sent.
        """
        plan, opening = self._begun(content, parameters, "run")
        return self._carried_out(plan, plan.begin(opening))

    def stream(self, *content: Said, **parameters: Unpack[TurnParameters]) -> AgentStream:
        """Say something, and return the run as it comes: texts and steps. The first request leaves with the first step of it."""
        plan, opening = self._begun(content, parameters, "stream")
        chat, streamed = self.conversation, StreamedTurn(self.conversation._occupancy)
        streams = chat._streams(streamed, plan.begin(opening), lambda ending: None)
        made = AgentStream(streamed, streams, chat._entered)
        made.plan = plan
        return made

    def resume(
        self, run: str | AgentRun, answers: Mapping[str, Decision] | None = None, **parameters: Unpack[TurnParameters]
    ) -> AgentRun:
        """Go on with a run, by its id, also in another process: after a limit, an error, or with `answers` to calls that wait.

        `answers`: `tercet.approve()` or `tercet.deny(why)` by the ids of the calls. Each is taken once; a call that gets none
        goes on waiting. `limits` are those of the whole run. Raises ConversationError for what cannot be gone on with, for an
        approval that comes twice or late, and for one whose input was changed.
        """
        plan = self._planned(id_of(run), parameters, "resume")
        return self._carried_out(plan, plan.resume(dict(answers or {})))

    def _carried_out(self, run: RunPlan, plan: Plan[TurnEnding]) -> AgentRun:
        with self.conversation._entered():
            return run.result(self.conversation._carry_out(plan))


class AsyncAgent(AgentBase):
    """The async twin of `Agent`, for `AsyncAnthropic`. Takes async tools, and plain ones, which run in threads."""

    _kind = AsyncConversation
    conversation: AsyncConversation

    def __init__(self, client: AsyncAnthropic, **parameters: Unpack[AsyncAgentParameters]) -> None:
        super().__init__(client, parameters)

    async def run(self, *content: Said, **parameters: Unpack[TurnParameters]) -> AgentRun:
        """Say something, and return what came of it. See `Agent.run`."""
        plan, opening = self._begun(content, parameters, "run")
        return await self._carried_out(plan, plan.begin(opening))

    def stream(self, *content: Said, **parameters: Unpack[TurnParameters]) -> AsyncAgentStream:
        """Say something, and return the run as it comes: `async for item in agent.stream(...)`."""
        plan, opening = self._begun(content, parameters, "stream")
        chat, streamed = self.conversation, StreamedTurn(self.conversation._occupancy)
        streams = chat._streams(streamed, plan.begin(opening), lambda ending: None)
        made = AsyncAgentStream(streamed, streams, chat._entered)
        made.plan = plan
        return made

    async def resume(
        self, run: str | AgentRun, answers: Mapping[str, Decision] | None = None, **parameters: Unpack[TurnParameters]
    ) -> AgentRun:
        """Go on with a run. See `Agent.resume`."""
        plan = self._planned(id_of(run), parameters, "resume")
        return await self._carried_out(plan, plan.resume(dict(answers or {})))

    async def _carried_out(self, run: RunPlan, plan: Plan[TurnEnding]) -> AgentRun:
        with await self.conversation._entered():
            return run.result(await self.conversation._carry_out(plan))
