"""What can be read off every layer of the models that ship as a picture of the sound, learned once and stored."""
