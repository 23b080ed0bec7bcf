"""The recipe of models/checkpoints/speech-tiny: a small phone recogniser trained on synthesised English."""
