"""What every layer of a model, or a plain input, says of chosen stretches of a corpus.

Reading order: stretches -> vectors -> collect -> inputs.
"""
