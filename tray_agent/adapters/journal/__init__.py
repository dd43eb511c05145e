"""The durable record of runs.

Used by what starts the agent and by ``runs``; knows ``system`` alone.
"""
