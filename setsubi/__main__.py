"""The command ``setsubi``: entry point, nothing else.

Worker processes import this module afresh, so it imports nothing that only the command needs.
"""

from __future__ import annotations


def main() -> None:
    """Entry point."""
    try:
        from setsubi.app import app

        app()
    except KeyboardInterrupt:  # before a command has begun; commands say what they have done so far
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
