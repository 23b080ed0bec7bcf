"""Promises about what is read back off layers, and about the sounds that are made of it."""
