"""A receiver that takes every POST; a GET says how many, and when the last: `python -m bench.sink PORT`.

It does as little as HTTP allows, so that what is measured is the sender; `GET /100` lets it answer each
message after 100 ms from then on, as a provider far away would.
"""

import asyncio
import json
import sys
import time

TAKEN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Count:
    received = 0
    last = 0.0
    delay = 0.0


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one connection's requests until it ends."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"GET"):
                if asked := head.split(b" ")[1].strip(b"/"):
                    Count.delay = int(asked) / 1000
                body = json.dumps({"received": Count.received, "last": Count.last}).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                continue
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
            await reader.readexactly(int(length))
            await asyncio.sleep(Count.delay)
            Count.received, Count.last = Count.received + 1, time.time()  # noqa: TID251
            writer.write(TAKEN)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(port: int) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1000)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
