"""Several PCs, one brain: the radio between them, its server, keys and membership; runs on other PCs.

Children and files here only. Imported where there is a team, by nobody else.
"""

from __future__ import annotations
