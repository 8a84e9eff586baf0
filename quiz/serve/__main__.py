"""`python -m quiz.serve`: check, prepare, serve, and end cleanly."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from quiz import config
from quiz.config import BadSetting, Serving
from quiz.errors import N_
from quiz.running import LOOPBACK, FolderInUse, Running, holding, page_address
from quiz.serve import network, preflight, serving, valkey
from quiz.serve.child import Program
from quiz.serve.guard import Guard, accepts
from quiz.serve.words import CannotServe, say, told


def main(arguments: list[str]) -> int:
    """Serve until a signal ends it; returns the exit code."""
    guard = Guard(ends_with_parent="--with-parent" in arguments)
    try:
        wanted = config.serving()
        preflight.check_folder(wanted.data)
        preflight.check_sqlite(wanted.database_url)
        mine = Running(os.getpid(), _address(wanted), _redis_url(wanted))
        with holding(wanted.data, mine):
            preflight.check_port(wanted)
            try:
                _serve(guard, wanted, mine)
            finally:
                guard.stop()
    except FolderInUse as refusal:
        say(_in_use(refusal, config.serving().data), error=True)
        return 1
    except BadSetting as refusal:
        say(told(refusal.message, **refusal.details), error=True)
        return 1
    except CannotServe as refusal:
        say(refusal.text, error=True)
        return 1
    return 0


def _serve(guard: Guard, wanted: Serving, mine: Running) -> None:
    """Start everything in its order and watch it."""
    if wanted.redis_url is None:
        guard.keep(valkey.program(wanted.data))
        if not guard.until(lambda: valkey.answers(valkey.socket_in(wanted.data))):
            return
    environment = {
        **os.environ,
        "QUIZ_DATA": str(wanted.data),
        "REDIS_URL": mine.redis_url,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(serving.ROOT), os.environ.get("PYTHONPATH")])),
    }
    code, told_by_prepare = guard.run_once(_prepare(environment, mine.address))
    if code:
        say(told_by_prepare.rstrip("\n"))
        raise CannotServe(N_("数据库没有准备好，服务没有启动。"))
    serve = serving.program(environment, wanted.host, wanted.port)
    servers = [guard.keep(serve) for _ in range(wanted.workers)]
    host = LOOPBACK.get(wanted.host, wanted.host)
    if guard.until(lambda: all(s.has_reported() for s in servers) and accepts(host, wanted.port)):
        _announce(wanted, mine, told_by_prepare)
        guard.watch()


def _prepare(environment: dict[str, str], address: str) -> Program:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "prepare", "--address", address]
    return Program(N_("准备数据库"), command, environment, keeps_output=True)


def _announce(wanted: Serving, mine: Running, told_by_prepare: str) -> None:
    lines = [told_by_prepare.rstrip("\n")] if told_by_prepare else []
    lines.append(told(N_("网站已启动：%(address)s（按 Ctrl-C 结束）"), address=mine.address))
    hosts = network.reachable(wanted.host)
    if hosts:
        lines.append(told(N_("同一网络里的手机请打开 %(address)s，或扫描二维码："), address=mine.address))
        lines.append(network.qr(mine.address))
        others = [page_address(host, wanted.port) for host in hosts[1:]]
        lines += [told(N_("本机的其他地址：%(address)s"), address=other) for other in others]
    elif wanted.host in LOOPBACK:
        lines.append(told(N_("没有找到局域网地址：请先连接无线网络或网线，再重新启动，手机才能访问。")))
    say("\n".join(lines))


def _address(wanted: Serving) -> str:
    hosts = network.reachable(wanted.host)
    return page_address(hosts[0] if hosts else wanted.host, wanted.port)


def _redis_url(wanted: Serving) -> str:
    return wanted.redis_url or valkey.url_of(valkey.socket_in(wanted.data))


def _in_use(refusal: FolderInUse, data: Path) -> str:
    if refusal.other is None:
        return told(N_("另一个服务正在使用数据目录 %(folder)s。"), folder=data)
    return told(
        N_(
            "另一个服务（进程 %(pid)s，%(address)s）正在使用数据目录 %(folder)s；"
            "请使用它，或用 QUIZ_DATA=… 另选一个目录。"
        ),
        pid=refusal.other.pid,
        address=refusal.other.address,
        folder=data,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
