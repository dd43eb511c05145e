"""Several PCs, one brain: the radio between them, its server, keys and membership; runs on other PCs.

Imported where there is a team, by nobody else; ``nats`` and ``cryptography`` in children alone.
"""
