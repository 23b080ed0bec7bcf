"""What is drawn of teaching a copy: how it learns, what it costs, how it goes on."""
