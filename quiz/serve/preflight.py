"""What must hold before a server starts; each thing that does not is one sentence that says what to do."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import time
from pathlib import Path

from quiz.config import SQLITE, Serving
from quiz.errors import N_
from quiz.serve.network import free_port, listen_error, who_listens
from quiz.serve.words import CannotServe

LEAST_FREE = 64 * 1024 * 1024  # bytes on the disk of the data folder: less does not hold the first contest
PORT_FREES_WITHIN_S = 2.0  # a server that was killed a moment ago still has the port for an instant
PROBE = b"\0" * 65536


def check_folder(data: Path) -> None:
    """Make the data folder and see that it can be written to; raises CannotServe."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(data).free
        if free < LEAST_FREE:
            raise OSError(errno.ENOSPC, "")
        probe = data / f".probe.{os.getpid()}"
        try:
            probe.write_bytes(PROBE)
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        raise _folder_refusal(data, error) from error


def _folder_refusal(data: Path, error: OSError) -> CannotServe:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CannotServe(
            N_(
                "数据目录 %(folder)s 所在的磁盘已满，至少要留出 %(least)s MB；"
                "请清理磁盘，或用 QUIZ_DATA=… 换一个目录。"
            ),
            folder=data,
            least=LEAST_FREE // 1024**2,
        )
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return CannotServe(
            N_("没有权限写入数据目录 %(folder)s；请更改它的权限，或用 QUIZ_DATA=… 换一个目录。"), folder=data
        )
    return CannotServe(
        N_("数据目录 %(folder)s 不能使用（%(reason)s）；请用 QUIZ_DATA=… 换一个目录。"),
        folder=data,
        reason=error.strerror,
    )


def check_sqlite(database_url: str) -> None:
    """See that the SQLite library is recent enough; raises CannotServe."""
    if not database_url.startswith(SQLITE):
        return
    import pysqlite3

    from quiz.models.base import OLDEST_SQLITE

    if pysqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise CannotServe(
            N_("SQLite %(found)s 太旧，至少需要 %(least)s；请运行 make clean 后再运行 make run。"),
            found=pysqlite3.sqlite_version,
            least=".".join(map(str, OLDEST_SQLITE)),
        )


def check_port(serving: Serving) -> None:
    """See that the port is free; raises CannotServe."""
    ends = time.monotonic() + PORT_FREES_WITHIN_S
    while (error := listen_error(serving.host, serving.port)) is not None:
        if error.errno != errno.EADDRINUSE or time.monotonic() >= ends:
            raise _port_refusal(serving, error) from error
        time.sleep(0.1)


def _port_refusal(serving: Serving, error: OSError) -> CannotServe:
    host, port = serving.host, serving.port
    if error.errno == errno.EADDRINUSE:
        other, who = free_port(host, port) or port + 1, who_listens(port)
        if who is None:
            return CannotServe(
                N_("端口 %(port)s 已被其他程序占用；请换一个端口：make run PORT=%(other)s"),
                port=port,
                other=other,
            )
        return CannotServe(
            N_("端口 %(port)s 已被 %(name)s（进程 %(pid)s）占用；请换一个端口：make run PORT=%(other)s"),
            port=port,
            name=who[0],
            pid=who[1],
            other=other,
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return CannotServe(
            N_("没有权限使用端口 %(port)s；请换一个 1024 以上的端口：make run PORT=%(other)s"),
            port=port,
            other=8000,
        )
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return CannotServe(
            N_("HOST=%(host)s 不是本机的地址；只在本机使用请去掉 HOST，让手机访问请用 HOST=0.0.0.0。"),
            host=host,
        )
    return CannotServe(
        N_("无法监听 %(host)s:%(port)s（%(reason)s）；请换一个地址或端口。"),
        host=host,
        port=port,
        reason=error.strerror,
    )
