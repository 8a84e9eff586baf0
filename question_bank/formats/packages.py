"""Packages of content (zip, with a manifest or without): QTI items of every version, pools of Blackboard."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element

from question_bank.attached import Material
from question_bank.formats import qti12_in, qti_in
from question_bank.formats.drafts import Draft, reading
from question_bank.formats.guard import BROKEN_ZIP
from question_bank.formats.materials import give, with_materials
from question_bank.formats.pictures import Pictures
from question_bank.formats.reading import Reading
from question_bank.formats.xml_in import Part, parts_of, plain, root_of
from question_bank.problems import N_, Unreadable

MANIFEST = "imsmanifest.xml"
OWN_CANVAS = "non_cc_assessments/"  # where Canvas keeps all of a quiz that others get in part
PARTS = (".xml", ".dat", ".qti")
BLACKBOARD = re.compile(r"xid-\d+_\d+")  # how Blackboard names a file
FROM_A_MAC = re.compile(r"__MACOSX/")  # what it adds to a zip
OLD_ITEM = "item"
ITEMS = ("assessmentItem", "qti-assessment-item")
TESTS = ("assessmentTest", "qti-assessment-test", "assessmentSection", "qti-assessment-section")


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what a package holds."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            package = _Package(packed)
            drafts = with_materials(_numbered(package.drafts()))
            return reading(package.with_stimuli(drafts), scale)
    except BROKEN_ZIP as error:
        raise Unreadable("broken-file", BROKEN) from error


def read_xml(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what a single XML file of QTI holds: one item, or a whole QTI 1.2 assessment."""
    drafts = (_draft_of(part, Pictures()) for part in _asked(content))
    return reading(with_materials(_numbered(drafts)), scale)


def _asked(content: bytes) -> Iterator[Part]:
    """Yield what an XML file asks or tests with: its root, or the items of an old one."""
    for part in parts_of(content, OLD_ITEM, *ITEMS, *TESTS):
        is_old = part.element.tag == OLD_ITEM
        if (part.above[0].tag == "questestinterop") if is_old and part.above else not (is_old or part.above):
            yield part


def _draft_of(part: Part, pictures: Pictures) -> Draft:
    if part.element.tag in ITEMS:
        return qti_in.draft_of(part.element, 0, pictures)
    return qti12_in.draft_of(part, pictures)


def _numbered(drafts: Iterator[Draft]) -> Iterator[Draft]:
    for row, draft in enumerate(drafts, 1):
        draft.row = row
        yield draft


class _Package:
    def __init__(self, packed: zipfile.ZipFile) -> None:
        self.packed = packed
        self.names = {_plain(info.filename): info.filename for info in packed.infolist()}
        manifests = [name for name in self.names if name.rpartition("/")[2].lower() == MANIFEST]
        self.manifest = min(manifests, key=len, default="")  # some packages are but files of questions
        self.root = posixpath.dirname(self.manifest)
        self.by_xid = {
            found[0]: name
            for name, own in self.names.items()
            if not name.endswith(".xml") and (found := BLACKBOARD.search(own))
        }
        self.read = {
            f"{posixpath.basename(name).partition('.')[0]}/assessment_qti.xml"
            for name in self.names
            if OWN_CANVAS in name
        }  # parts that are read, or that another part holds more fully
        self.by_part: dict[str, Draft] = {}  # part of an item → its draft
        self.tests: list[tuple[str, Element]] = []

    def drafts(self) -> Iterator[Draft]:
        for resource in self._resources():
            for part in self._parts(resource):
                if part not in self.read and part.removeprefix(f"{self.root}/") not in self.read:
                    self.read.add(part)
                    yield from self._drafts(part, resource)
            if href := self._missing(resource):
                draft = Draft(0, "single", raw=href)
                draft.faults.append(("missing-part", MISSING, {"part": href[:100]}))
                yield draft

    def _resources(self) -> Iterator[Element]:
        if not self.manifest:
            parts = (
                name for name in sorted(self.names) if name.endswith(PARTS) and not FROM_A_MAC.match(name)
            )
            yield from (Element("resource", href=quote(part)) for part in parts)
            return
        for part in parts_of(self._content(self.manifest), "resource"):
            yield from part.element.iter("resource")

    def _missing(self, resource: Element) -> str:
        """Return the file of questions that a resource names and the package does not have."""
        href = resource.get("href", "") or resource.get("file", "")
        is_asked = "qti" in resource.get("type", "") and href
        is_there = _plain(posixpath.join(self.root, unquote(href))) in self.names
        return href if is_asked and not is_there else ""

    def _parts(self, resource: Element) -> list[str]:
        """Return the XML parts of a resource, its own first; what it only depends on has a resource too."""
        hrefs = [resource.get("href", ""), resource.get("file", "")]
        hrefs += [file.get("href", "") for file in resource.iterfind("file")]
        parts = [_plain(posixpath.join(self.root, unquote(href))) for href in hrefs if href]
        known = dict.fromkeys(part for part in parts if part in self.names)
        return [part for part in known if part.endswith(PARTS)]

    def _drafts(self, part: str, resource: Element) -> Iterator[Draft]:
        for asked in _asked(self._content(part)):
            if asked.element.tag in TESTS:
                self.tests.append((part, qti_in.in_version_2(asked.element)))
                continue
            draft = _draft_of(asked, self._pictures(part))
            if asked.element.tag in ITEMS:
                self.by_part[part] = draft
                self._tell(draft, part, asked.element, resource)
            yield draft

    def _tell(self, draft: Draft, part: str, item: Element, resource: Element) -> None:
        """Give the draft of an item what its resource says of it, and its stimuli."""
        for ref in item.iter("assessmentStimulusRef"):
            self._refer(draft, _beside(part, ref))
        keywords = resource.iterfind("metadata/lom/general/keyword")
        words = [plain(string).strip() for keyword in keywords for string in keyword]
        draft.tags += [word for word in words if word]
        own = resource.find("metadata/lom/general/identifier/entry")
        draft.external_id = draft.external_id if own is None else plain(own)

    def _refer(self, draft: Draft, part: str) -> None:
        """Give a draft the stimulus that its item names; say so where the package does not have it."""
        body = qti_in.in_version_2(self._tree(part)).find("stimulusBody") if part in self.names else None
        if body is None:
            draft.odd.append(("missing-material", MISSING_STIMULUS, {"part": part[:100]}))
        else:
            self._share(draft, body, part, posixpath.basename(part).rpartition(".")[0])

    def _share(self, draft: Draft, block: Element, part: str, name: str) -> None:
        """Give a draft what a block shows, beside what it has as its material already."""
        text, media = qti_in.shared(block, self._pictures(part))
        if text and draft.material is None:
            give(draft, Material(text, name), media)
        elif text:
            draft.odd.append(("second-material", SECOND_STIMULUS, {"part": part[:100]}))

    def with_stimuli(self, drafts: Iterator[Draft]) -> Iterator[Draft]:
        """Yield all drafts, those of a section whose rubric is a material with it."""
        taken = list(drafts)
        for part, test in self.tests:
            for section in test.iter("assessmentSection"):
                for block in section.iterfind("rubricBlock"):
                    if block.get("use", "").casefold() in qti_in.SHARED:
                        for ref in section.iter("assessmentItemRef"):
                            if draft := self.by_part.get(_beside(part, ref)):
                                self._share(draft, block, part, block.get("label", ""))
        yield from taken

    def _pictures(self, part: str) -> Pictures:
        folder = posixpath.dirname(part)

        def load(address: str) -> bytes:
            path = unquote(address.partition("?")[0]).replace("$IMS-CC-FILEBASE$/", "")
            path = path.replace("$IMS_CC_FILEBASE$/", "")
            if (xid := BLACKBOARD.search(path)) and xid[0] in self.by_xid:
                return self.packed.read(self.names[self.by_xid[xid[0]]])
            for place in (folder, self.root, posixpath.join(self.root, "web_resources")):
                name = self.names.get(_plain(posixpath.join(place, path)))
                if name is not None:
                    return self.packed.read(name)
            return b""

        return Pictures(load=load)

    def _tree(self, part: str) -> Element:
        return root_of(self._content(part))

    def _content(self, part: str) -> bytes:
        return self.packed.read(self.names[part])


def _beside(part: str, ref: Element) -> str:
    """Return the part that an element of another part refers to."""
    return _plain(posixpath.join(posixpath.dirname(part), unquote(ref.get("href", ""))))


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/")


MISSING = N_("题包里没有清单中写的文件“%(part)s”，其中的题目没有导入。请从原系统重新导出。")
MISSING_STIMULUS = N_("题包里没有这一题的材料“%(part)s”。请从原系统重新导出，或补上材料。")
SECOND_STIMULUS = N_("这一题有不止一段材料，“%(part)s”里的没有导入。请把它补进材料。")
BROKEN = N_("文件已损坏，打不开。请从原系统重新导出再上传。")
