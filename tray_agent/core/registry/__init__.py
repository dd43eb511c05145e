"""The registry as rows of cells: headers, cells, rows, and their crossing with scripts.

Pure. Used by adapters and rules; knows ``schedules`` and the model.
"""
