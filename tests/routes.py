"""The list of routes with their verdicts: `python -m tests.routes` writes tests/routes.txt anew."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from quiz.app import create_app
from quiz.config import Settings

LIST = Path(__file__).with_name("routes.txt")
UNDECLARED = "UNDECLARED"
FILES = "static"  # Flask's own view of the folder of that name: open to everybody, changes nothing


def routes(app: Flask) -> list[str]:
    """Return a line a route: methods, path, and the action that `quiz.web.access.allows` declares for it."""
    found = []
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        view = app.view_functions[rule.endpoint]
        action = "everybody" if rule.endpoint == FILES else getattr(view, "action", UNDECLARED)
        found.append(f"{methods:6} {rule.rule}  {action}")
    return sorted(found, key=lambda line: (line.split()[1], line))


def bare_app(folder: Path) -> Flask:
    """Return the application on a database that is never opened."""
    return create_app(
        Settings(folder, f"sqlite:///{folder / 'none.sqlite3'}", None, b"only to list routes" * 2)
    )


if __name__ == "__main__":
    LIST.write_text("\n".join(routes(bare_app(Path("var")))) + "\n", "utf-8")
