"""What the Layers page shows: every layer of the chosen model, over the time of the chosen clip."""
