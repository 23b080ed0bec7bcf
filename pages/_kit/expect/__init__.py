"""What the Expect page shows: a hole in the sound, and what a model that learned by filling holes expects there."""
