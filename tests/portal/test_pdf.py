"""What making PDF files must not change for the rest of the process."""

import pytest

from files.inspection.kinds import MediaType, Unfit
from files.inspection.pictures import redraw
from portal.pdf import is_installed
from tests.files.pictures import jpeg


def test_a_picture_that_breaks_off_is_refused_where_letters_are_made_too() -> None:
    is_installed()
    with pytest.raises(Unfit, match="broken"):
        redraw(jpeg()[:4000], MediaType.JPEG)
