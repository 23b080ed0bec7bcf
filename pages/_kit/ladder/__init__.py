"""The Ladder page's parts: what was measured, the picture of it, and what the probes read in the chosen sound."""
