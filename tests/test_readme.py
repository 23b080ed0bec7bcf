"""The README says what was measured, and what it names exists."""

import json
import re
from pathlib import Path

import pytest

from benchmarks.readme import LATEST, README, written

ROOT = Path(__file__).parents[1]


def test_the_figures_of_the_readme_are_the_measured_ones():
    text = README.read_text("utf-8")
    assert written(text, json.loads(LATEST.read_text("utf-8"))) == text, "run `python -m benchmarks.readme`"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README.read_text("utf-8")))))
def test_what_the_readme_links_to_is_there(target):
    assert (ROOT / target).exists()


def test_the_python_example_of_the_readme_runs():
    example = re.search(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    names = {}
    exec(compile(example[1], "README.md", "exec"), names)
    assert names["result"].frames(5).shape[0] == names["result"].time.centres().size
