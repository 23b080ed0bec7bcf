"""Before and after: what the teaching changed, on the same held-out sounds."""
