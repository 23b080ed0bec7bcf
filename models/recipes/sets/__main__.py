"""Make ready sets: `python -m models.recipes.sets vowels digits german-words sounds`."""

import argparse
from pathlib import Path

from models.recipes.sets import digits, german_words, sounds, vowels
from models.recipes.sets.archive import write

FOLDER = Path(__file__).parents[2] / "sets"
RECIPES = {recipe.name: recipe for recipe in (vowels.RECIPE, digits.RECIPE, german_words.RECIPE, sounds.RECIPE)}


def main() -> None:
    """Make the sets that are named and write them into models/sets."""
    parser = argparse.ArgumentParser(prog="python -m models.recipes.sets", description=__doc__)
    parser.add_argument("names", nargs="+", choices=sorted(RECIPES), metavar="name", help=", ".join(sorted(RECIPES)))
    for name in parser.parse_args().names:
        path = write(RECIPES[name], FOLDER)
        print(f"{name}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
