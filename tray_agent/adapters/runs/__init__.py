"""Scripts as processes: held, let go, watched, stopped; their interpreter, environment and logs.

Used by what starts the agent and the self-test; knows ``journal`` (where the logs lie) and ``system``.
"""
