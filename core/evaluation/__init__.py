"""What a classifier got right, how sure that is, and what it was compared with."""
