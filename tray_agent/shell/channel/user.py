"""Who sits at this screen, as the system names them: what every command carries."""

from __future__ import annotations

import os
import sys

LONGEST = 120


def os_user() -> str:
    """``DOMAIN\\user`` on Windows, the account's name elsewhere; "" where nobody knows."""
    return _user()[:LONGEST]


if sys.platform == "win32":

    def _user() -> str:
        """The name is asked of the system: the environment says what somebody wrote into it. The domain is
        only there."""
        try:
            user = os.getlogin()
        except OSError:
            user = os.environ.get("USERNAME", "")
        domain = os.environ.get("USERDOMAIN", "")
        return f"{domain}\\{user}" if domain and user else user

else:

    def _user() -> str:
        import pwd

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:  # an account that only a container knows
            return os.environ.get("LOGNAME", "")
