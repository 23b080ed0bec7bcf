"""The recipe of models/corpora: sentences of many voices with what is said when, for probes to learn from."""
