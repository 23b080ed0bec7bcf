"""The recipe of sound-tiny, sound-cnn and sound-crnn: three small networks that name spoken digits and sounds."""
