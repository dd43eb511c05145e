"""One outside thing each; third-party errors stop here.

Every room may use ``system`` and the core; which may know which else stands in pyproject.toml.
"""
