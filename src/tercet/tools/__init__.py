"""Tools made of functions, and the loop that runs them. Plans decide (`loop.py`); `runner.py` drives them in both worlds."""
