"""`flask contact` and `flask retain`: keys of numbers and addresses, and what is deleted when."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext

from quiz.errors import N_
from quiz.services import retention, subjects
from quiz.terminal import refusing, say, the_actor, the_platform

TOLD = {  # what the counts of services.retention are of
    "sign_ins": N_("30 天前已退出或过期的登录：%(count)s"),
    "codes": N_("过期的验证码：%(count)s"),
    "invitations": N_("过期的组织者邀请：%(count)s"),
    "phones": N_("早已结束的比赛里手机的校验值：%(count)s"),
    "winner_names": N_("发奖期满的获奖人姓名：%(count)s"),
    "files": N_("上传一天以上的名单文件：%(count)s"),
    "facts": N_("比赛早已结束、为它填写的年龄和年级：%(count)s 人"),
    "accounts": N_("到期的账号（名册里的人，长期没有来过的人）：%(count)s"),
}

contact = AppGroup("contact", help="Numbers and addresses by which people sign in.")


@contact.command("reseal")
@refusing
def reseal() -> None:
    """Seal every number and address under the newest key of CONTACT_KEYS; older keys can go afterwards."""
    count = subjects.reseal(the_platform())
    say(N_("已用最新的密钥重新加密 %(count)s 条；旧密钥可以从 CONTACT_KEYS 中去掉。"), count=count)


@click.command("retain")
@click.option("--dry-run", is_flag=True, help="only say what would be deleted")
@with_appcontext
@refusing
def retain(dry_run: bool) -> None:
    """Delete what is kept no longer: names of rosters after contests, accounts nobody uses, old sign-ins.

    How long is said by KEEP_NAMES_DAYS and KEEP_ACCOUNTS_DAYS. Results stay, without a name. The
    server does the same once a day.
    """
    found = retention.retain(the_platform(), the_actor(), does=not dry_run)
    for what, count in found.items():
        if count:
            say(TOLD[what], count=count)
    if not any(found.values()):
        say(N_("没有到期的内容。"))
    elif dry_run:
        say(N_("以上还没有删除；去掉 --dry-run 再运行一次就会删除，不能恢复。"))
    else:
        say(N_("以上已经删除，成绩去掉名字后保留；已记入操作记录。"))
