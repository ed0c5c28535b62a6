"""No faster than a destination allows: a token bucket on the event loop's clock, and a pause all senders share."""

import asyncio

HEADROOM = 0.97  # requests sent evenly arrive unevenly: at the very limit, some would be one too many


class Pace:
    """`await pace.turn()` before each request. One token at a time by default, so that no window of the other side overflows."""

    def __init__(self, per_second: float, burst: float = 1.0):
        self.per_second = per_second * HEADROOM
        self.burst = burst
        self._tokens = burst
        self._filled_at: float | None = None
        self._not_before = 0.0
        self._line = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for a token; in the order of asking."""
        loop = asyncio.get_running_loop()
        async with self._line:
            while (pause := self._not_before - loop.time()) > 0:
                await asyncio.sleep(pause)
            if not self.per_second:
                return
            now = loop.time()
            earned = (now - self._filled_at) * self.per_second if self._filled_at is not None else 0.0
            self._tokens = min(self.burst, self._tokens + earned)
            self._filled_at = now
            if self._tokens < 1:
                wait = (1 - self._tokens) / self.per_second
                await asyncio.sleep(wait)
                self._tokens += (loop.time() - now) * self.per_second
                self._filled_at = loop.time()
            self._tokens -= 1

    def hold(self, seconds: float) -> None:
        """Nobody sends for so long: the destination has asked for it."""
        self._not_before = max(self._not_before, asyncio.get_running_loop().time() + seconds)
