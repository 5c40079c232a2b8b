"""What the administration asks of a model's file before it looks inside."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from scoring.admin_forms import ModelFileForm

KIBIBYTES_512 = 524_288


def said_of(content: bytes) -> str:
    """What the form says at the field of a file with this content."""
    form = ModelFileForm({"reason": "A trial"}, {"file": SimpleUploadedFile("model.json", content)})
    return " ".join(form.errors.get("file", []))


@pytest.mark.parametrize(("size", "is_too_large"), [(KIBIBYTES_512, False), (KIBIBYTES_512 + 1, True)])
def test_a_file_of_more_than_512_kibibytes_is_no_model(size: int, is_too_large: bool) -> None:
    assert ("too large for a model: at most 512 KiB" in said_of(b" " * size)) == is_too_large


def test_a_file_that_is_no_text_is_refused_and_a_mark_of_its_encoding_is_left_out() -> None:
    assert said_of(b"\xff\xfe\x00") != ""
    form = ModelFileForm({"reason": "A trial"}, {"file": SimpleUploadedFile("model.json", b"\xef\xbb\xbf{}")})
    assert form.is_valid() and form.cleaned_data["file"] == "{}"
