"""What looks at a machine or a build and says what is wrong: doctor, support bundle, self-test.

Used by ``start`` and ``commands``; knows adapters.
"""
