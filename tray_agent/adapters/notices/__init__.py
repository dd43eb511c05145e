"""Notices to where the team looks, by way of Apprise: the library runs in children alone.

Used by what starts the agent and the command line; knows ``readers`` (children with a deadline).
"""
