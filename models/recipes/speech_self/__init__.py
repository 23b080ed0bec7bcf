"""The recipe of speech-self: a small wav2vec 2.0 that learned by masked prediction, from speech without labels."""
