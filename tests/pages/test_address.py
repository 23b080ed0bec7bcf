"""What the address holds."""

import pytest

from pages._kit import address


@pytest.mark.parametrize(
    ("text", "region"),
    [("0.500-1.250", (0.5, 1.25)), ("0-1", (0.0, 1.0)), ("1-1", None), ("2-1", None), ("-1-2", None), ("1e3-2", None)],
)
def test_a_region_is_two_numbers_in_order(text, region):
    found = address._region(text)
    assert (None if isinstance(found, address._Unreadable) else found) == region


@pytest.mark.parametrize("name", ["speech-tiny", "facebook/wav2vec2-base-960h", "owner/name@refs/pr/3"])
def test_names_of_models_are_read(name):
    assert address._name(name) == name


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "~root", "a b", "<x>", "C:\\models", ""])
def test_paths_and_markup_are_passed_over(name):
    assert isinstance(address._name(name), address._Unreadable)
