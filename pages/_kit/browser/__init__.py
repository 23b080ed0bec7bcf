"""Plain files for the browser and the bytes that travel to them."""
