"""The application as a server runs it, `granian --interface wsgi wsgi:application`, and `flask` finds it."""

import os

from quiz.app import create_app
from quiz.cli import register
from quiz.config import from_environment
from quiz.serve.lifeline import hold, report_ready
from quiz.sweeps import start_sweeps

hold()
application = app = create_app(from_environment())
register(app)
if "FLASK_RUN_FROM_CLI" not in os.environ:  # a command does its work and ends; only a server sweeps
    start_sweeps(app)()
report_ready()
