"""The registry and the scripts: the workbook, its rows as the child sends them, the walk for scripts.

Used by what starts the agent, the reader child and the doctor; knows ``readers`` and ``system``.
"""
