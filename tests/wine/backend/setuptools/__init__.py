"""Stands where pip looks for setuptools, so that fetching a source archive runs none of its code."""

from __future__ import annotations
