"""python-websockets, as Debian has it. usage: python3 echo-websockets.py PORT"""
import asyncio
import sys

import websockets

EVERYBODY = set()


async def handle(socket):
    path = socket.request.path if hasattr(socket, "request") else socket.path
    if path.startswith("/broadcast"):
        EVERYBODY.add(socket)
        try:
            async for message in socket:
                websockets.broadcast(EVERYBODY, message)
        finally:
            EVERYBODY.discard(socket)
    else:
        async for message in socket:
            await socket.send(message)


async def main():
    async with websockets.serve(handle, "127.0.0.1", int(sys.argv[1]), max_size=64 * 1024 * 1024):
        await asyncio.Future()


asyncio.run(main())
