"""Several PCs, one brain: what they say to one another and what a PC makes of it, as values and decisions.

Pure. Used by the rules, the engine of a PC and the adapters; knows the model and the messages.
"""

from __future__ import annotations
