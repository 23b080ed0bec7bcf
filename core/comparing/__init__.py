"""How alike are the layers of one model, or of two, on the sentences of a corpus?

Reading order: comparison -> moments -> compare -> stored.
"""
