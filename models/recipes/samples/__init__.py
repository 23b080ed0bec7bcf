"""The recipe of models/samples: short clips that are free to share, with exactly known contents."""
