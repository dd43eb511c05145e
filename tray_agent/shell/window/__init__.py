"""The dashboard's process, its bridge and its page server; and the agent's hold on that process.

Used by what starts the program; knows ``channel``.
"""
