"""Layer-wise relevance propagation: hand the score back through a network, to what contributed to it."""
