"""Labelled sounds: where they come from, how they are prepared once, how they are split, what is wrong with them."""
