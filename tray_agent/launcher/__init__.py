"""The one file's own program: answers commands to the running agent, unpacks the rest and starts it.

The topmost storey: it knows the commands and ``adapters/versions``, and carries no library that is heavy.
"""
