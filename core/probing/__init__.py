"""What can be read off every layer of a model, with what it has to be compared with.

Reading order: rung -> rungs -> gathering -> probe -> controls -> scoring -> ladder -> climbing -> stored -> decoding.
"""
