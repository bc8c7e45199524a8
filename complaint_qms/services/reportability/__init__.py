"""Whether and by when an authority is told of a complaint (G3).

The days are counted by the engine; here is what moves them and who may.
"""
