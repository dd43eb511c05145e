"""The team: membership, keys, the real server on loopback, radios."""
