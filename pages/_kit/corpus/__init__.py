"""The corpus that a page talks about: one that ships, or the visitor's own."""

from pages._kit.corpus.choice import chosen, draw, own

__all__ = ["chosen", "draw", "own"]
