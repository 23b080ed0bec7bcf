"""The recipes of models/sets: labelled sounds that are small enough to ship and free to share."""
