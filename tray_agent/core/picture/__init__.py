"""What readers see: a job's facts, the day's fire times, sentences, the colour of all together.

Pure. Used by the engine and the shell; knows ``rules`` and ``history``.
"""
