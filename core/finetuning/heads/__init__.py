"""What turns the hidden states of an encoder into class logits; one file per head."""
