"""The hybrid logical clock of a compartment, and the machine's clock beside it."""

from __future__ import annotations

from datetime import UTC, datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def millis(value: datetime) -> int:
    """Milliseconds since 1970."""
    return round((value - _EPOCH).total_seconds() * 1000)


def moment(value: int) -> datetime:
    """The time of milliseconds since 1970."""
    seconds, rest = divmod(value, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def tick(last: int, now_ms: int) -> int:
    """The next reading: the machine's time, or one more than the last when that is behind."""
    return max(last + 1, now_ms << 16)


def clock_warning(last_ms: int | None, now: datetime) -> str | None:
    """A sentence when the machine's clock does not fit the end of the log."""
    if last_ms is None:
        return None
    behind_s = (last_ms - millis(now)) / 1000
    if behind_s > 120:
        return (
            f"This machine's clock is {_words(behind_s)} behind the last report in the log "
            f"({moment(last_ms):%Y-%m-%d %H:%M}Z). Set the clock; reports are kept meanwhile."
        )
    if behind_s < -60 * 86_400:
        return (
            f"The last report in the log is {_words(-behind_s)} old. If this node did run since "
            "then, its clock is ahead: check it."
        )
    return None


def _words(seconds: float) -> str:
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    if seconds < 172_800:
        return f"{seconds / 3600:.0f} hours"
    return f"{seconds / 86_400:.0f} days"
