"""Reads the words of a sheet with RapidOCR, on one core, without a network: its models are in its package."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import rapidocr
from numpy.typing import NDArray
from rapidocr.ch_ppocr_rec import TextRecInput
from rapidocr.utils.process_img import get_rotate_crop_image

from labs.pictures.files import Picture
from labs.pictures.sheets import straightened
from labs.words import Word

_MODELS = Path(rapidocr.__file__).parent / "models"
_SIDE_FOR_DETECTION = 1024
"""Pixels of the longer side in which words are looked for; they are read in full."""
_NARROWEST = 96
_UPRIGHT_CONFIDENCE = 0.75
_TURNS = (0, 2, 1, 3)


@lru_cache(maxsize=1)
def _engine() -> Any:
    return rapidocr.RapidOCR(
        params={
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.log_level": "error",
            "Global.use_cls": False,
            "Global.text_score": 0.0,
            "Det.model_path": str(_MODELS / "PP-OCRv6_det_small.onnx"),
            "Det.limit_type": "max",
            "Det.limit_side_len": _SIDE_FOR_DETECTION,
            "Rec.model_path": str(_MODELS / "PP-OCRv6_rec_small.onnx"),
            "Rec.rec_img_shape": [3, 48, _NARROWEST],
            "Rec.rec_batch_num": 1,
        }
    )


def read_words(picture: Picture) -> tuple[Picture, list[Word]]:
    """The picture turned upright, and the words on it."""
    best: tuple[float, Picture, list[Word]] = (-1.0, picture, [])
    for turns in _TURNS:
        turned = np.ascontiguousarray(np.rot90(picture, turns))
        words = _words(turned)
        sureness = _sureness(words)
        if sureness > best[0]:
            best = (sureness, turned, words)
        if sureness >= _UPRIGHT_CONFIDENCE or not words:
            break
    return best[1], best[2]


def read_again(picture: Picture, words: Sequence[Word]) -> list[str]:
    """The texts of the words read a second time, from cut-outs that are wider by a quarter of their height.

    A digit that is in one of the two readings only was never read for certain.
    """
    cuts = [get_rotate_crop_image(picture, _grown(word)) for word in words]
    if not cuts:
        return []
    return list(_engine().text_rec(TextRecInput(img=cuts)).txts)


def _words(picture: Picture) -> list[Word]:
    result = _engine()(picture)
    if result.boxes is None or result.txts is None:
        return []
    quads = np.asarray(result.boxes, dtype=np.float64)
    straight = straightened(quads)
    return [
        _word(text, float(score), quad, line)
        for text, score, quad, line in zip(result.txts, result.scores, quads, straight, strict=True)
    ]


def _word(text: str, score: float, quad: NDArray[np.float64], line: NDArray[np.float64]) -> Word:
    left, right = float(line[:, 0].min()), float(line[:, 0].max())
    top, bottom = float(line[:2, 1].mean()), float(line[2:, 1].mean())
    corners = tuple((round(float(x), 1), round(float(y), 1)) for x, y in quad)
    return Word(text.strip(), left, top, right, bottom, score, corners)


def _sureness(words: Sequence[Word]) -> float:
    """How certain the longer words are, 0 to 1; lying ones count against it."""
    long = [word for word in words if len(word.text) >= 3]
    if not long:
        return 0.0
    lying = sum(_height(word) > 1.5 * _width(word) for word in long) / len(long)
    return float(np.median([word.confidence for word in long])) * (1 - lying)


def _width(word: Word) -> float:
    return max(x for x, _ in word.corners) - min(x for x, _ in word.corners)


def _height(word: Word) -> float:
    return max(y for _, y in word.corners) - min(y for _, y in word.corners)


def _grown(word: Word) -> NDArray[np.float32]:
    quad = np.array(word.corners, dtype=np.float32)
    along, down = quad[1] - quad[0], quad[3] - quad[0]
    reach = 0.25 * np.linalg.norm(down)
    across = along / max(float(np.linalg.norm(along)), 1e-6) * reach
    below = down / max(float(np.linalg.norm(down)), 1e-6) * reach / 3
    moves = np.array([-across - below, across - below, across + below, -across + below])
    return (quad + moves).astype(np.float32)
