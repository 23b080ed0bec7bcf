"""Turn what a layer says back into sound: how much of the spectrogram it still holds, and how that sounds.

Reading order: picture -> frames -> moments -> decoder -> teaching -> stored -> sound -> optimised.
"""
