"""Children of this same program that read something slow, and threads that ask them.

Used by ``registry`` and ``history``; knows ``system`` alone.
"""
