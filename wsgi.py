"""The application as a server runs it, `granian --interface wsgi wsgi:application`, and `flask` finds it."""

import os

from quiz.app import create_app
from quiz.config import from_environment
from quiz.serve.lifeline import hold, report_ready
from quiz.sweeps import start_sweeps

hold()
application = app = create_app(from_environment())
if "FLASK_RUN_FROM_CLI" in os.environ:  # a command does its work and ends
    from quiz.cli import register  # not for a server, which is back sooner without what only commands need

    register(app)
else:
    start_sweeps(app)()
    report_ready()
