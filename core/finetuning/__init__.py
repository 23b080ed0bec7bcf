"""Teach a copy of a pretrained model something new, and keep what it took to judge the result."""
