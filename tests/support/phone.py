"""A client of the JSON interface: it sends what a phone sends and holds every reply against the document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from werkzeug.test import TestResponse

from quiz.web.openapi import document

DOCUMENT = "urn:openapi"


class Phone:
    """One visitor with a bearer token and no cookie."""

    def __init__(self, app: Flask, device: str = "d1") -> None:
        self.client = app.test_client(use_cookies=False)
        self.device, self.seq = device, 0
        self.token = ""  # of the sign-in
        self.attempt: dict[str, Any] = {}

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Send a request with the given token (the sign-in's by default); the reply must fit the document."""
        sent = dict(headers or {})
        bearer = self.token if token is None else token
        if bearer:
            sent["Authorization"] = f"Bearer {bearer}"
        response = self.client.open(path, method=method, json=body, headers=sent)
        check(method, path, response)
        return response

    def get(self, path: str, **options: Any) -> dict[str, Any]:
        """Return the JSON of a reply that must be 200."""
        return _good(self.ask("GET", path, **options))

    def post(self, path: str, body: object = None, **options: Any) -> dict[str, Any]:
        """Return the JSON of a reply to a POST that must be 200."""
        return _good(self.ask("POST", path, body, **options))

    def sign_up(self, nickname: str, units: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Sign up with a nickname and keep the token."""
        reply = self.post("/api/v1/session", {"nickname": nickname, "units": dict(units or {})})
        self.token = reply["token"]
        return reply

    def start(self, contest_id: int, key: str | None = None, **body: Any) -> dict[str, Any]:
        """Start an attempt and keep it."""
        headers = {"Idempotency-Key": key} if key else {}
        self.attempt = self.post(f"/api/v1/contests/{contest_id}/attempts", body, headers=headers)
        return self.attempt

    def next_seq(self) -> int:
        """Return the number of the next thing that this device sends."""
        self.seq += 1
        return self.seq

    def batch(self, answers: Mapping[int, Sequence[str]]) -> dict[str, Any]:
        """Return a body with these answers, each with the next seq."""
        listed = []
        for n, response in answers.items():
            listed.append({"n": n, "response": list(response), "seq": self.next_seq()})
        return {"device": self.device, "answers": listed}

    def save(self, answers: Mapping[int, Sequence[str]]) -> dict[str, Any]:
        """Send answers."""
        return self.send("answers", self.batch(answers))

    def finish(self, answers: Mapping[int, Sequence[str]] | None = None) -> dict[str, Any]:
        """Hand in, with the last answers."""
        return self.send("finish", self.batch(answers or {}))

    def send(self, what: str, body: object) -> dict[str, Any]:
        """POST a body to the kept attempt."""
        path = f"/api/v1/attempts/{self.attempt['attempt']}/{what}"
        return self.post(path, body, token=self.attempt["token"])


def check(method: str, path: str, response: TestResponse) -> None:
    """Raise AssertionError where a reply is not what the document says of its route and status."""
    described = document()
    template = route_of(path)
    operation = described["paths"][template][method.lower()]
    wanted = operation["responses"].get(str(response.status_code)) or operation["responses"].get("default")
    assert wanted is not None, f"{response.status_code} is not described"
    if response.status_code == 304:
        return
    resolver = Registry().with_resource(DOCUMENT, DRAFT202012.create_resource(described))
    name = wanted["$ref"].rsplit("/", 1)[1] if "$ref" in wanted else None
    pointer = (
        f"#/components/responses/{name}/content/application~1json/schema"
        if name
        else f"#/paths/{template.replace('~', '~0').replace('/', '~1')}/{method.lower()}"
        f"/responses/{response.status_code}/content/application~1json/schema"
    )
    Draft202012Validator({"$ref": DOCUMENT + pointer}, registry=resolver).validate(response.get_json())


def route_of(path: str) -> str:
    """Return the path of the document that an address belongs to."""
    parts = path.split("?")[0].strip("/").split("/")
    for template in document()["paths"]:
        wanted = template.strip("/").split("/")
        if len(wanted) == len(parts) and all(
            w.startswith("{") or w == p for w, p in zip(wanted, parts, strict=True)
        ):
            return str(template)
    raise AssertionError(f"{path} is not in the document")


def _good(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 200, response.get_data(as_text=True)
    found: dict[str, Any] = response.get_json()
    return found
