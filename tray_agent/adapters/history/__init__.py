"""The history: BigQuery, its Excel copy, the credentials that both need.

Used by what starts the agent, the reader child and the doctor; knows ``readers`` and ``system``.
"""
