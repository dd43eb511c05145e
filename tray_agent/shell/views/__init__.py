"""Snapshots shaped for readers: ``status --json``, the page, the table.

Used by ``channel`` and the command line; knows nobody. Pure.
"""
