"""The machine: clock, power, login, places, settings, the one-agent lock, how this program starts itself.

Everybody outside the core, the engine and the shell may use it; it knows nobody.
"""
