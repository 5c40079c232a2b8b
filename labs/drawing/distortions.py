"""What happens to a sheet until its picture is there: paper, light, lens, angle, monitor, compression."""

import io
from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

_POOR_SHARE = 0.25
"""Sheets that were photographed in haste: out of focus, and compressed by a chat program."""
Picture = NDArray[Any]
"""Height x width x 3, 8 bit."""


def distorted(image: Image.Image, quality: str, dice: Random) -> Image.Image:
    """The sheet as it arrives: `photo` of paper, `thermal` paper, a photographed `screen`, a `pdf`."""
    if quality == "pdf":
        return image
    poor = dice.random() < _POOR_SHARE
    picture = np.asarray(image).astype(np.float32)
    if quality == "thermal":
        picture = _faded(picture, dice)
    if quality == "screen":
        picture = _moire(picture, dice)
    picture = _turned(picture, dice)
    picture = _lit(picture, dice)
    picture = _blurred(picture, dice.uniform(1.1, 2.3) if poor else dice.uniform(0, 1.3))
    picture += np.random.default_rng(dice.getrandbits(32)).normal(0, dice.uniform(0, 6), picture.shape)
    quality_of_jpeg = dice.randint(15, 40) if poor else dice.randint(35, 92)
    return _compressed(Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)), quality_of_jpeg)


def _faded(picture: Picture, dice: Random) -> Picture:
    """Thermal paper: bands where the head printed less."""
    rows = np.arange(picture.shape[0])[:, None, None]
    band = 1 + 0.12 * np.sin(rows / dice.uniform(25, 70))
    return 255 - (255 - picture) * np.clip(band, 0.7, 1.2)


def _moire(picture: Picture, dice: Random) -> Picture:
    """A camera's grid over a monitor's: slow coloured waves across the picture."""
    rows, columns = np.indices(picture.shape[:2])
    angle, period = dice.uniform(0.2, 1.3), dice.uniform(5, 11)
    phase = (rows * np.sin(angle) + columns * np.cos(angle)) * 2 * np.pi / period
    strength = dice.uniform(4, 13)
    waves = np.stack([np.sin(phase + shift) for shift in (0, 0.7, 1.4)], axis=2)
    return picture + strength * waves


def _turned(picture: Picture, dice: Random) -> Picture:
    """Rotation by a few degrees, perspective, and a dark table around the sheet."""
    height, width = picture.shape[:2]
    margin = int(0.06 * max(height, width))
    framed = cv2.copyMakeBorder(
        picture, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(96, 88, 80)
    )
    height, width = framed.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    reach = dice.uniform(0, 0.025) * width
    moved = corners + np.array([[dice.uniform(-reach, reach) for _ in "xy"] for _ in corners])
    angle = np.deg2rad(dice.uniform(-4, 4))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.array([width / 2, height / 2])
    target = ((moved - centre) @ turn.T + centre).astype(np.float32)
    scale = dice.uniform(0.8, 1.1)
    matrix = np.diag([scale, scale, 1]) @ cv2.getPerspectiveTransform(corners, target)
    size = (int(width * scale), int(height * scale))
    return cv2.warpPerspective(framed, matrix, size, borderMode=cv2.BORDER_CONSTANT, borderValue=(90, 84, 78))


def _lit(picture: Picture, dice: Random) -> Picture:
    """A shadow across the sheet, and uneven light."""
    rows, columns = np.indices(picture.shape[:2])
    angle = dice.uniform(0, 2 * np.pi)
    along = rows / picture.shape[0] * np.sin(angle) + columns / picture.shape[1] * np.cos(angle)
    edge = 1 / (1 + np.exp(-(along - dice.uniform(-0.2, 0.8)) * dice.uniform(6, 40)))
    light = dice.uniform(0.85, 1.03) - dice.uniform(0, 0.45) * edge
    return picture * light[:, :, None]


def _blurred(picture: Picture, sigma: float) -> Picture:
    return cv2.GaussianBlur(picture, (0, 0), sigma) if sigma > 0.3 else picture


def _compressed(image: Image.Image, quality: int) -> Image.Image:
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=quality)
    return Image.open(io.BytesIO(stored.getvalue())).convert("RGB")
