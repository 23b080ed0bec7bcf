"""Promises of the recipes."""
