"""Model files: JSON with a checksum, refused with the line at fault when anything is wrong."""

import hashlib
import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from scoring.issues import gettext_noop
from scoring.modelcheck import Node, NodeFaultError, read_document
from scoring.positions import first_fault, line_of
from scoring.riskmodel import RiskModel
from scoring.sentences import Listed, Readable, Sentence, Translate

FOLDER = Path(__file__).parent / "models_data"
DEFAULT_NAME = "aclf8-provisional"

MODEL_FILE = gettext_noop("model file")
STORED = gettext_noop("stored model")
LINE = gettext_noop("line %(line)s")
NO_OBJECT = gettext_noop("must be one JSON object")
UNREADABLE = gettext_noop("cannot be read: %(fault)s")
NO_TEXT = gettext_noop("cannot be read: it is no UTF-8 text")
NO_JSON = gettext_noop("this is not JSON (%(fault)s)")
ALTERED = gettext_noop(
    "the content was changed after it was sealed (sealed %(sealed)s…, content %(actual)s…)"
)
NO_MODEL = gettext_noop("there is no model of this name; shipped: %(names)s")


class ModelFileError(ValueError):
    """A model file that must not be used; says where (`path`, `line`) and why (`reason`)."""

    def __init__(
        self, reason: Readable, *, path: str = "", line: int | None = None, source: str = MODEL_FILE
    ) -> None:
        self.reason, self.path, self.line, self.source = reason, path, line, source
        super().__init__(self.read(str))

    def read(self, translate: Translate) -> str:
        """Where and why, in the language that `translate` gives words of."""
        line = Sentence(LINE, {"line": self.line}).read(translate) if self.line else ""
        where = translate(", ").join(filter(None, [translate(self.source), line, self.path]))
        return f"{where}{translate(': ')}{self.reason.read(translate)}"


def load_model(source: str | Path) -> RiskModel:
    """A model from a file's path, or a shipped one by name (newest version) or by name and version.

    Raises ModelFileError with path and line for a malformed, unsealed or altered file, and for an unknown
    name.
    """
    path = Path(source)
    if path.suffix != ".json":
        path = shipped_file(str(source))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ModelFileError(Sentence(UNREADABLE, {"fault": error.strerror}), source=path.name) from error
    except UnicodeDecodeError as error:
        raise ModelFileError(Sentence(NO_TEXT), source=path.name) from error
    return parse_model(text, source=path.name)


def parse_model(text: str, *, source: str = MODEL_FILE) -> RiskModel:
    """A model from the text of its file. Raises ModelFileError."""
    document = parse_json(text, source=source)
    if not isinstance(document, dict):
        raise ModelFileError(Sentence(NO_OBJECT), line=1, source=source)
    try:
        model = read_document(document)
        verify_checksum(document)
    except NodeFaultError as fault:
        line = line_of(text, fault.path)
        raise ModelFileError(fault.reason, path=fault.dotted, line=line, source=source) from fault
    return model


def model_from_document(document: Mapping[str, Any]) -> RiskModel:
    """A model from a stored document. Raises ModelFileError."""
    return parse_model(json.dumps(document, ensure_ascii=False, indent=1), source=STORED)


def checksum(document: Mapping[str, Any]) -> str:
    """sha256 of the canonical JSON (keys sorted, no spaces, 1.0 as 1) without the checksum."""
    content = _canonical({key: value for key, value in document.items() if key != "checksum"})
    encoded = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(encoded.encode()).hexdigest()


def seal(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the checksum of its content. Raises ModelFileError if malformed."""
    content = {key: value for key, value in document.items() if key != "checksum"}
    sealed = {**content, "checksum": checksum(content)}
    model_from_document(sealed)
    return sealed


def verify_checksum(document: Mapping[str, Any]) -> None:
    """Raises NodeFaultError unless the document carries the checksum of its own content."""
    root = Node(document)
    stated = root.text("checksum")
    actual = checksum(document)
    if stated != actual:
        raise root.fault(ALTERED, "checksum", sealed=stated[:12], actual=actual[:12])


def parse_json(text: str, *, source: str) -> Any:
    """JSON of moderate depth without repeated keys, values that are no numbers or halves of characters.
    Raises ModelFileError with the line.
    """
    try:
        document = json.loads(text, parse_int=_whole_number)
    except json.JSONDecodeError as error:
        raise ModelFileError(
            Sentence(NO_JSON, {"fault": error.msg}), line=error.lineno, source=source
        ) from error
    except RecursionError:
        document = None
    fault = first_fault(text)
    if fault is not None:
        raise ModelFileError(fault.reason, line=fault.line, source=source)
    return document


def _whole_number(digits: str) -> int | float:
    """A number too long for a whole one is infinite, and refused where it stands."""
    return int(digits) if len(digits) < 300 else float(digits)


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return value


def shipped_file(name: str) -> Path:
    """The file of a shipped model by name (newest version) or name and version. Raises ModelFileError."""
    files = {path.stem: path for path in FOLDER.glob("*.json")}
    if name in files:
        return files[name]
    versions = {
        int(stem.rpartition("-")[2]): path for stem, path in files.items() if stem.rpartition("-")[0] == name
    }
    if not versions:
        names = Listed(tuple(sorted(files)))
        raise ModelFileError(Sentence(NO_MODEL, {"names": names}), source=name)
    return versions[max(versions)]


@cache
def shipped_models() -> tuple[RiskModel, ...]:
    """Every model that comes with the product, read once."""
    return tuple(load_model(path) for path in sorted(FOLDER.glob("*.json")))


def default_model() -> RiskModel:
    """The model that scores where no other is named: the newest version of the one that is shipped for it."""
    return max((model for model in shipped_models() if model.name == DEFAULT_NAME), key=_version)


def _version(model: RiskModel) -> int:
    return model.version
