"""What the README states, measured; `make bench` prints one row per figure and writes latest.json."""
