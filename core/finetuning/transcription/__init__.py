"""Teach a copy of a recogniser to write what is said, from minutes of speech with transcripts."""
