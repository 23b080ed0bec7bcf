"""Promises on how sound comes in."""
