"""Speech synthesizers that say when they say what."""
