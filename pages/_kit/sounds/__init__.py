"""What is drawn of labelled sounds: where they come from, what is in them, how they are prepared and split."""
