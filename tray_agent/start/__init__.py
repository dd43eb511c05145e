"""What starts and joins the program: the composition root, the agent with and without a screen.

Used by ``commands`` and the hidden modes; it alone knows shell, engine and adapters together.
"""
