"""A chat for many users: answers stream, everyone has a history, a day has a budget, a ledger knows what each user cost.

python examples/chat_service/service.py [--local] [--port 8000] [--data FOLDER]    (pip install tercet starlette uvicorn)
"""

import argparse
import json
import os
import re
import secrets
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

import tercet

MODEL = "claude-sonnet-4-6"
SETTINGS = {"system": "You are a kind, brief assistant.", "view": tercet.views.window(tokens=40_000), "cache": "auto"}


def user_of(request):
    """Return who has this cookie; your own sign-in stands here."""
    cookie = request.cookies.get("user", "")
    return cookie if re.fullmatch(r"[0-9a-f]{32}", cookie) else None


async def chat_of(app, user):
    client = app.state.client.copy(tags={"user": user})
    return await app.state.store.aopen("chat", owner=user, client=client, on_conflict="wait", **SETTINGS)


async def page(request):
    answer, user = FileResponse(Path(__file__).with_name("page.html")), user_of(request) or secrets.token_hex(16)
    answer.set_cookie("user", user, max_age=10**7, httponly=True, samesite="strict")
    return answer


async def history(request):
    chat = await chat_of(request.app, user) if (user := user_of(request)) else None
    turns = [{"question": turn.said, "answer": turn.text} for turn in chat.turns] if chat else []
    return JSONResponse({"turns": turns, "cost": f"{chat.cost if chat else 0:.4f}", "about": request.app.state.about})


async def say(request):
    question, user = (await request.body()).decode(errors="replace"), user_of(request)
    if not user or not question.strip():
        return PlainTextResponse("Nothing was said, or by nobody: load the page anew.", 400)
    return StreamingResponse(answer(await chat_of(request.app, user), question), media_type="text/event-stream")


async def answer(chat, question):
    try:
        async with chat.stream(question) as texts:  # closed when the reader goes away: what had come is kept
            async for text in texts:
                yield event(text=text)
        yield event(cost=f"{chat.cost:.4f}")
    except tercet.BudgetExceededError:
        yield event(error="Today's budget is spent. Come back tomorrow.")
    except tercet.AnthropicError as error:  # the ledger has the rest of it
        yield event(error=f"No answer came ({type(error).__name__}). Nothing is lost: ask again.")


def event(**data):
    return f"data: {json.dumps(data)}\n\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--local", action="store_true", help="ask the local API, whose answers are simulated")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default="chat_service_data", help="where chats, ledger and budget are")
    given = parser.parse_args()
    given.data.mkdir(exist_ok=True)
    budget = tercet.Budget(usd=5, per="day", store=given.data / "budget.db")
    options = {"defaults": {"model": MODEL, "max_tokens": 1024}, "budget": budget, "ledger": given.data / "calls.db"}
    routes = [Route("/", page), Route("/history", history), Route("/say", say, methods=["POST"])]
    app = Starlette(routes=routes, max_body_size=20_000)
    app.state.store, app.state.about = tercet.Conversations(given.data / "chats.db"), MODEL
    if given.local or not os.environ.get("ANTHROPIC_API_KEY"):
        options.update(base_url=tercet.local_api().start().base_url, api_key="sk-ant-local")
        app.state.about = "answers are simulated by the local API"
        print("--local, or no ANTHROPIC_API_KEY:", app.state.about, flush=True)
    app.state.client = tercet.AsyncAnthropic(**options)
    uvicorn.run(app, port=given.port)


if __name__ == "__main__":
    main()
