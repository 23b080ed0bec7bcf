"""Which part of a sound moved what a model says: methods, and checks of how far to trust each picture."""
