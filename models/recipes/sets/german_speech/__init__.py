"""The recipe of models/sets/german-speech.zip: short German sentences, each with its transcript."""
