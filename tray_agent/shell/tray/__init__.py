"""The icon: what it shows, says and asks.

Used by what starts the agent with a screen; knows nobody.
"""
