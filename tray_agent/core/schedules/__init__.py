"""When a job is due: the language of the schedule column, the calendar, and the value both make.

Pure. Used by everybody; knows ``collation`` alone.
"""
