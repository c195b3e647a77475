"""An SMTP server that takes everything and keeps nothing, in a process of its own.

`python -m benchmarks.mail_sink MILLISECONDS` prints its port; each answer comes so much
later than what it answers, as over a line of that round trip.
"""

from __future__ import annotations

import asyncio
import sys

END = b"\r\n.\r\n"
HELLO = b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
ANSWERS = {b"EHLO": HELLO, b"DATA": b"354 Go ahead\r\n", b"QUIT": b"221 Bye\r\n"}
OK = b"250 OK\r\n"


class Sink(asyncio.Protocol):
    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.pending = bytearray()
        self.is_message = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.answer(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.pending += data
        answers = b"".join(iter(self.next_answer, b""))
        if answers:
            self.answer(answers)

    def next_answer(self) -> bytes:
        """The answer to the next whole command or message; nothing if there is none."""
        end = END if self.is_message else b"\r\n"
        at = self.pending.find(end)
        if at < 0:
            return b""
        verb = bytes(self.pending[:4]).upper()
        del self.pending[: at + len(end)]
        if self.is_message:
            self.is_message = False
            return OK
        self.is_message = verb == b"DATA"
        return ANSWERS.get(verb, OK)

    def answer(self, data: bytes) -> None:
        if self.delay:
            asyncio.get_running_loop().call_later(
                self.delay, self.transport.write, data
            )
        else:
            self.transport.write(data)


async def main(delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) / 1000))
