"""The local channel: the agent's end, the command line's and the window's, and what is answered.

Used by ``window`` and what starts the program; knows ``views``.
"""
