"""Starting and stopping: at once, several at a time, with open streams, from the shell, and when the port is taken."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest

from tercet.server.run import LocalServer

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
ASK = {"model": "claude-opus-5-5", "max_tokens": 300, "messages": [{"role": "user", "content": "Count to 10"}]}


def ask(base_url: str) -> int:
    return httpx.post(f"{base_url}/v1/messages", json=ASK, headers=HEADERS, trust_env=False).status_code


def test_several_servers_run_at_once_and_start_again() -> None:
    with LocalServer() as one, LocalServer() as two:
        assert one.base_url != two.base_url
        assert (ask(one.base_url), ask(two.base_url)) == (200, 200)
    assert ask(one.start().base_url) == 200
    one.stop()
    one.stop()


def test_a_server_that_runs_is_not_started_twice() -> None:
    with LocalServer() as server, pytest.raises(RuntimeError, match="runs already"):
        server.start()


def test_a_port_that_is_taken_is_a_clear_error() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(OSError, match=f"asked to listen on 127.0.0.1:{port}"):
            LocalServer(port=port).start()


def test_a_paced_stream_takes_its_time_and_is_whole() -> None:
    with LocalServer(pace=100) as server:
        begun = time.monotonic()
        answer = httpx.post(
            f"{server.base_url}/v1/messages", json={**ASK, "stream": True}, headers=HEADERS, trust_env=False
        )
        took = time.monotonic() - begun
    assert answer.text.endswith('event: message_stop\ndata: {"type":"message_stop"}\n\n')
    assert took > 0.05


def test_stopping_cuts_open_streams_at_once() -> None:
    server = LocalServer(pace=0.05).start()
    with httpx.stream(
        "POST", f"{server.base_url}/v1/messages", json={**ASK, "stream": True}, headers=HEADERS, trust_env=False
    ) as answer:
        chunks = answer.iter_raw()
        assert next(chunks).startswith(b"event: message_start")
        begun = time.monotonic()
        server.stop()
        assert time.monotonic() - begun < 15  # the next event would come after twenty seconds
        with pytest.raises(httpx.HTTPError):
            list(chunks)
    assert "tercet-local-api" not in [thread.name for thread in threading.enumerate()]
    parts = urlsplit(server.base_url)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((parts.hostname, parts.port), timeout=20)


SERVE = "import sys\nfrom tercet.server.run import serve\nserve(port=0, on_ready=lambda url: print(url, flush=True))\nprint('ended')\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serving_in_the_foreground_ends_cleanly_on_a_signal(how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert ask(process.stdout.readline().strip()) == 200
        process.send_signal(how)
        rest, complaints = process.communicate(timeout=60)
    assert (process.returncode, rest, complaints) == (0, "ended\n", "")


def test_a_process_that_forgets_to_stop_ends_without_a_word() -> None:
    code = "from tercet.server.run import LocalServer\nprint(LocalServer().start().base_url)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_keys_are_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    secret = "sk-ant-CANARY"
    with caplog.at_level("DEBUG"), LocalServer() as server:
        url = f"{server.base_url}/v1/messages"
        for body in (ASK, {}):
            httpx.post(
                url,
                json=body,
                headers={**HEADERS, "x-api-key": secret, "authorization": f"Bearer {secret}"},
                trust_env=False,
            )
    assert secret not in caplog.text
