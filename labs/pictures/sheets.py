"""Finds the sheet on a photograph, and the lines of text on a sheet that is not quite straight."""

import cv2
import numpy as np
from numpy.typing import NDArray

from labs.pictures.files import Picture

_LEAST_SHARE = 0.3
"""A sheet that fills less of the picture is more likely a part of one."""
_SMALL = 600
_MOST_GROWTH = 1.4


def flattened(picture: Picture) -> Picture:
    """The picture with the sheet's corners made square, none of it cut away; as it is where no sheet stands
    out.
    """
    corners = _corners(picture)
    if corners is None:
        return picture
    top_left, top_right, bottom_right, bottom_left = corners
    width = max(np.linalg.norm(top_right - top_left), np.linalg.norm(bottom_right - bottom_left))
    height = max(np.linalg.norm(bottom_left - top_left), np.linalg.norm(bottom_right - top_right))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    return _whole(picture, np.asarray(matrix))


def _whole(picture: Picture, matrix: NDArray[np.float64]) -> Picture:
    """The picture moved by the matrix, on a canvas that holds all of it."""
    height, width = picture.shape[:2]
    edges = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], dtype=np.float64)
    moved = cv2.perspectiveTransform(edges, matrix)[0]
    first, size = moved.min(axis=0), np.ptp(moved, axis=0)
    if (size > _MOST_GROWTH * np.array([width, height])).any():
        return picture
    shift = np.array([[1, 0, -first[0]], [0, 1, -first[1]], [0, 0, 1]])
    canvas = (int(size[0]), int(size[1]))
    whole = cv2.warpPerspective(picture, shift @ matrix, canvas, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(whole, dtype=np.uint8)


def _corners(picture: Picture) -> NDArray[np.float64] | None:
    """The corners of the largest four-sided light area, from top left clockwise; None if there is none."""
    scale = _SMALL / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    _, light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    light = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    outlines, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    largest = max(outlines, key=cv2.contourArea)
    area = cv2.contourArea(largest)
    rough = cv2.approxPolyDP(largest, 0.02 * cv2.arcLength(largest, True), True)
    whole = small.shape[0] * small.shape[1]
    if len(rough) != 4 or not _LEAST_SHARE * whole < area < 0.98 * whole or not cv2.isContourConvex(rough):
        return None
    if cv2.contourArea(rough) < 0.9 * area:
        return None
    return _in_order(rough.reshape(4, 2).astype(np.float64)) / scale


def _in_order(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """From top left clockwise."""
    total, difference = points.sum(axis=1), points[:, 0] - points[:, 1]
    order = [int(total.argmin()), int(difference.argmax()), int(total.argmax()), int(difference.argmin())]
    return points[order]


def straightened(quads: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners of words (words x 4 x 2) as on a straight sheet.

    The tilt of the lines is fitted as a plane over the sheet, from the upper and lower edges of wide words.
    """
    if not len(quads):
        return quads
    edge = quads[:, 1] - quads[:, 0] + quads[:, 2] - quads[:, 3]
    centre = quads.mean(axis=1)
    width = np.abs(edge[:, 0]) / 2
    slope = edge[:, 1] / np.where(edge[:, 0] == 0, 1e-9, edge[:, 0])
    usable = (np.abs(slope) < 0.3) & (width >= np.quantile(width, 0.5))
    if usable.sum() < 4:
        return quads
    terms = np.column_stack([np.ones(usable.sum()), centre[usable, 1]])
    weights = np.sqrt(width[usable])
    fitted, *_ = np.linalg.lstsq(terms * weights[:, None], slope[usable] * weights, rcond=None)
    tilt = fitted[0] + fitted[1] * centre[:, 1]
    straight = quads.copy()
    straight[:, :, 1] -= (tilt * centre[:, 0])[:, None]
    offset = straight[:, :, 0] - centre[:, None, 0]
    straight[:, :, 1] -= tilt[:, None] * offset
    straight[:, :, 0] += tilt[:, None] * (quads[:, :, 1] - quads[:, :, 1].mean())
    return straight
