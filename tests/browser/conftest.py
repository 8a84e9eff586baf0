"""One server with the starter content for all browser tests, and phones that visit it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.phone import Phone
from tests.browser.site import Site, running_site
from tests.support import servers

ONE_PASS = (
    "test_path",
    "test_learning",
    "test_survival",
    "test_accidents",
    "test_replies",
    "test_scripts",
    "test_without_script",
    "test_everybody",
    "test_budgets",
    "test_signing_in",
)
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all of this folder on one worker: one server, one Chromium. `make test` makes one pass of it."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if item.path.stem not in ONE_PASS:
                item.add_marker(pytest.mark.full)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The running site, on a Valkey of its own: its sweeps build boards while other tests empty theirs."""
    with servers.valkey() as valkey, running_site(valkey, tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium."""
    arguments = ["--disable-gpu", "--disable-background-networking", "--no-first-run"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def new_phone(chromium: Browser, site: Site) -> Iterator[Callable[..., Phone]]:
    """Makes phones; each is a person of its own. At the end none of them may have seen a script fail."""
    phones: list[Phone] = []

    def make(**settings: object) -> Phone:
        phones.append(Phone(chromium, site, **settings))
        return phones[-1]

    yield make
    for phone in phones:
        phone.context.close()
    assert [error for phone in phones for error in phone.script_errors] == []


@pytest.fixture
def phone(new_phone: Callable[..., Phone]) -> Phone:
    """One phone of 390 pixels."""
    return new_phone()
