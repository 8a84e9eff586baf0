"""The yardstick: an empty Flask view that reads the same JSON body and returns a reply of a given size."""

from flask import Flask, Response, request

from quiz.serve.lifeline import hold, report_ready

hold()
application = Flask(__name__)


@application.post("/empty/<int:size>")
def empty(size: int) -> Response:
    """Return so many bytes of JSON."""
    request.get_json()
    return Response(f'"{"x" * (size - 2)}"', mimetype="application/json")


report_ready()
