"""Vectors of stretches: what each layer and each plain input says of them."""
