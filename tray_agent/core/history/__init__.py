"""Rows of the history: what they mean, whose they are, which run of ours they are.

Pure. Used by rules, pictures and the history adapters; knows the model.
"""
