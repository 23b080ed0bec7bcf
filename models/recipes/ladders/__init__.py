"""The recipe of the ladders that ship: what can be read off the layers of every bundled checkpoint."""
