"""Other programs on the lines of ``lines.py``, one module each, every one with ``run(line, horizon, seed) -> parts``.

``programs.py`` lists them, ``peers_speed.py`` beside this folder measures them.
"""
