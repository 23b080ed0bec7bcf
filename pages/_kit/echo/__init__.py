"""What the Echo page shows: the sound as it can be read back off a layer, to see and to hear."""
