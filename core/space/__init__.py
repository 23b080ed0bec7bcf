"""What lies near what inside a layer: a bank of stretches of a corpus, maps of it, neighbours in it, units over it.

Reading order: segments -> choosing -> heard -> bank -> maps -> separation -> neighbours -> directions -> gallery ->
selectivity.
"""
