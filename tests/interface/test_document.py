"""The served document is the interface: every route, every code, nothing else."""

from __future__ import annotations

from flask import Flask
from jsonschema import Draft202012Validator

from quiz.web.openapi import document
from tests.support.phone import Phone

PREFIXES = ("/api/v1", "/healthz", "/readyz")


def test_every_route_of_the_interface_is_in_the_document_and_no_other(app: Flask) -> None:
    served = {
        (rule.rule.replace("<int:", "{").replace("<", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(PREFIXES)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, method)
        for path, item in document()["paths"].items()
        for method in item
        if method != "parameters"
    }

    assert served == described


def test_each_operation_is_named_for_its_view(app: Flask) -> None:
    views = {
        (rule.rule.replace("<int:", "{").replace("<", "{").replace(">", "}"), method.lower()): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }

    for path, item in document()["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                assert views[path, method].split(".")[-1] == operation["operationId"]


def test_every_schema_of_the_document_is_a_schema() -> None:
    for schema in document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_the_document_is_served_with_the_codes(app: Flask) -> None:
    served = Phone(app).get("/api/v1/openapi.json")

    codes = served["components"]["schemas"]["ErrorCode"]["x-codes"]
    assert codes["sign_in"]["status"] == 401
    assert codes["quota"]["status"] == 409
    assert "too_late" in served["components"]["schemas"]["RefusedCode"]["enum"]


def test_health_and_readiness_say_what_works(app: Flask) -> None:
    phone = Phone(app)

    assert phone.get("/healthz")["up"] is True
    assert phone.get("/readyz")["boards"]["live"] is True
