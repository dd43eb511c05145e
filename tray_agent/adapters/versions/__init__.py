"""The one file that people start, and the folders that it unpacks itself into.

``archive`` is the file's form, ``packing`` makes one, ``unpacking`` fills and mends a folder, ``store`` keeps
one for each version, ``file_watch`` notices another file in its place, ``starting`` runs what was unpacked.
"""
