"""The command line and the demo.

Used by ``__main__`` alone; knows ``start`` and ``checks``.
"""
