"""Model files: JSON with a checksum, refused with the line at fault when anything is wrong."""

import hashlib
import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from scoring.modelcheck import Node, NodeFaultError, read_document
from scoring.positions import first_fault, line_of
from scoring.riskmodel import RiskModel

FOLDER = Path(__file__).parent / "models_data"
DEFAULT_NAME = "aclf8-provisional"


class ModelFileError(ValueError):
    """A model file that must not be used; says where (`path`, `line`) and why (`reason`)."""

    def __init__(
        self, reason: str, *, path: str = "", line: int | None = None, source: str = "model file"
    ) -> None:
        self.reason, self.path, self.line, self.source = reason, path, line, source
        where = ", ".join(filter(None, [source, f"line {line}" if line else "", path]))
        super().__init__(f"{where}: {reason}")


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
    except (OSError, UnicodeDecodeError) as error:
        raise ModelFileError(f"cannot be read: {error}", source=path.name) from error
    return parse_model(text, source=path.name)


def parse_model(text: str, *, source: str = "model file") -> RiskModel:
    """A model from the text of its file. Raises ModelFileError."""
    document = parse_json(text, source=source)
    if not isinstance(document, dict):
        raise ModelFileError("must be one JSON object", line=1, source=source)
    try:
        model = read_document(document)
        verify_checksum(document)
    except NodeFaultError as fault:
        line = line_of(text, fault.path)
        raise ModelFileError(fault.reason, path=fault.dotted, line=line, source=source) from fault
    return model


def model_from_document(document: Mapping[str, Any]) -> RiskModel:
    """A model from a stored document. Raises ModelFileError."""
    return parse_model(json.dumps(document, ensure_ascii=False, indent=1), source="stored model")


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
        raise root.fault(
            f"the content was changed after it was sealed (sealed {stated[:12]}…, content {actual[:12]}…)",
            "checksum",
        )


def parse_json(text: str, *, source: str) -> Any:
    """JSON of moderate depth without repeated keys, values that are no numbers or halves of characters.
    Raises ModelFileError with the line.
    """
    try:
        document = json.loads(text, parse_int=_whole_number)
    except json.JSONDecodeError as error:
        raise ModelFileError(error.msg, line=error.lineno, source=source) from error
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
        raise ModelFileError(
            f"there is no model of this name; shipped: {', '.join(sorted(files))}", source=name
        )
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
