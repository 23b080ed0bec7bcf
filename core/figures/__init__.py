"""Arrays in, pictures out: the palette, heat maps as images, and Altair charts that can be saved."""
