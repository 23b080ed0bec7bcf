"""The Space page: maps of layers, what lies near the chosen stretch, what excites a unit."""
