"""The desk's forms: what may be typed or uploaded, and what is said when it cannot be used."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp, ValidationError

from quiz.services.roster_sheets import is_day

LONGEST_PASTED = 1_000_000  # characters of questions
LONGEST_RULES = 200_000  # characters of a rules document


class DeskForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A form in which a file stands in a field for files, and nowhere else."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """What is read of a request."""

        def wrap_formdata(self, form: FlaskForm, formdata: object) -> object:
            """Return what was typed and the files, but no file that was sent as a text, and no JSON."""
            if formdata is None or not form.is_submitted():
                return None
            wanted = {field.name for field in form if isinstance(field, FileField)}
            files = [(name, file) for name, file in request.files.items(multi=True) if name in wanted]
            sent: list[MultiDict[str, object]] = [MultiDict(files), MultiDict(request.form)]
            return CombinedMultiDict(sent)


class FileForm(DeskForm):
    """One file to upload."""

    file = FileField(_("文件"), validators=[FileRequired(_("请先选择文件。"))])


class QuestionsForm(DeskForm):
    """Questions to import: a file, or a text that was copied from somewhere."""

    file = FileField(_("文件"))
    text = TextAreaField(
        _("题目文字"), validators=[Length(max=LONGEST_PASTED, message=_("文字太长了，请存成文件上传。"))]
    )

    def validate_file(self, field: Field) -> None:
        """Ask for one of the two."""
        if not field.data and not (self.text.data or "").strip():
            raise ValidationError(_("请先选择文件，或者粘贴题目。"))


class UnitFileForm(FileForm):
    """A file of units and the tree they belong to."""

    tree = StringField(
        _("单位体系"),
        validators=[
            DataRequired(_("请填写单位体系，例如 region 或 school。")),
            Length(max=40, message=_("单位体系的名称最多 40 个字符。")),
            Regexp(r"^[a-z][a-z0-9_]*$", message=_("单位体系的名称只能用小写英文字母、数字和下划线。")),
        ],
    )


class EnrolmentForm(DeskForm):
    """How many people one unit had on a day."""

    code = StringField(_("单位代码"), validators=[DataRequired(_("请填写单位代码。"))])
    as_of = StringField(_("截止日期"))
    enrolled = StringField(
        _("人数"), validators=[Regexp(r"^[0-9]{1,9}$", message=_("人数应为不小于 0 的整数。"))]
    )

    def validate_as_of(self, field: Field) -> None:
        """Refuse what is no day of the calendar."""
        if not is_day(field.data or ""):
            raise ValidationError(_("日期请写成 2026-03-01 的样子。"))


class NewContestForm(DeskForm):
    """What a new contest begins from."""

    start = RadioField(_("从哪里开始"), default="preset:daily_points")


class RulesForm(DeskForm):
    """The rules document as text, and what it was when the page was opened."""

    text = TextAreaField(
        _("文件的文字"),
        validators=[
            DataRequired(_("规则文件是空的。")),
            Length(max=LONGEST_RULES, message=_("规则文件太长了。")),
        ],
    )
    seen = HiddenField()
