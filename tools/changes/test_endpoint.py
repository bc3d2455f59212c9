"""An endpoint that was added answers over HTTP, to those with a key, and by its own verb alone."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from tercet import local_api


def test_the_endpoint_answers_over_http() -> None:
    with local_api() as api:
        url = f"{api.base_url}/v1/organizations/me"
        version = {"anthropic-version": "2023-06-01"}
        headers = {"x-api-key": "sk-ant-local", **version}
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            assert json.load(answer) == {"id": "org_local", "type": "organization", "name": "Local"}
        for request, status in (
            (urllib.request.Request(url, headers=version), 401),
            (urllib.request.Request(url, headers=headers, method="DELETE"), 405),
        ):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=30)
            assert refused.value.code == status
            refused.value.close()
