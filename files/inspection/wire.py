"""How the inspecting process gives its result: a line of JSON, then the pictures one after another."""

import json

from files.inspection.inspect import Inspected
from files.inspection.kinds import MediaType, Unfit
from files.inspection.pictures import Picture


def written(result: Inspected | Unfit) -> bytes:
    """`result` as bytes."""
    if isinstance(result, Unfit):
        return json.dumps({"unfit": result.code}).encode() + b"\n"
    pictures = [result.preview, *result.pages]
    sizes = [[one.width, one.height, len(one.content)] for one in pictures]
    head = json.dumps({"media_type": result.media_type, "pictures": sizes}).encode()
    return b"\n".join([head, b"".join(one.content for one in pictures)])


def read(answer: bytes) -> Inspected:
    """The result in `answer`. Raises Unfit where it says so, ValueError where it is not whole."""
    line, _, rest = answer.partition(b"\n")
    head = json.loads(line)
    if "unfit" in head:
        raise Unfit(str(head["unfit"]))
    pictures, start = [], 0
    for width, height, length in head["pictures"]:
        pictures.append(Picture(rest[start : start + length], width, height))
        start += length
    if start != len(rest) or len(pictures) < 2:
        raise ValueError("The answer of the inspection is not whole.")
    return Inspected(MediaType(head["media_type"]), tuple(pictures[1:]), pictures[0])
