"""Tests of what a model expects where it hears nothing."""
