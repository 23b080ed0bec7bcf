"""Sentences of many voices, with what is said when: what probes learn from and are tested on."""
