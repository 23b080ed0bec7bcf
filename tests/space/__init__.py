"""The two-dimensional maps of layers, neighbours in them, and their units."""
