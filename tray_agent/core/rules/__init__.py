"""What the agent knows, what a message does to it and what is to be done: one module a subject.

Pure. Used by the engine through ``apply`` and ``plan``; knows ``history`` and ``schedules``.
"""
