"""What the Compare page shows: which layers are alike, within a model and between two, on the sentences of a corpus."""
