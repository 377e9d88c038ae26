"""python-websockets, 10 or later. usage: python3 echo-python.py ws://HOST:PORT deflate|plain

Prints a line for each check: "ok NAME", or "not ok NAME: why".
"""
import asyncio
import os
import ssl
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

BASE, COMPRESSION = sys.argv[1:]
DEFLATE = COMPRESSION == "deflate"
PATIENCE = 90
WIDE = "\U0001D11E \U0001F600 日本語 é \0 \U0010FFFF"
MEBIBYTE_MINUS_ONE = 1024 * 1024 - 1
EVERY_BYTE = bytes((i * 167) % 256 for i in range(1024))


def connect(path, **options):
    if BASE.startswith("wss:"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        options["ssl"] = context
    options.setdefault("compression", "deflate" if DEFLATE else None)
    return websockets.connect(BASE + path, max_size=2 * 1024 * 1024, **options)


async def echoes(socket, message, parts=None):
    await socket.send(message if parts is None else parts)
    answer = await socket.recv()
    assert type(answer) is type(message), type(answer)
    assert answer == message, "what came back differs"


async def first_subprotocol():
    async with connect("/echo", subprotocols=["one.v2", "one.v1"]) as socket:
        assert socket.subprotocol == "one.v2", socket.subprotocol


async def compression():
    async with connect("/echo") as socket:
        assert ("permessage-deflate" in socket.response_headers.get("Sec-WebSocket-Extensions", "")) == DEFLATE


async def four_bytes():
    async with connect("/echo") as socket:
        await echoes(socket, WIDE)
        await echoes(socket, WIDE * 2_000)


async def empty():
    async with connect("/echo") as socket:
        await echoes(socket, "")
        await echoes(socket, b"")
        await echoes(socket, "after")


async def every_byte():
    async with connect("/echo") as socket:
        await echoes(socket, EVERY_BYTE)


async def large_text():
    async with connect("/echo") as socket:
        await echoes(socket, "é" * (MEBIBYTE_MINUS_ONE // 2) + ".")


async def large_bytes():
    async with connect("/echo") as socket:
        await echoes(socket, os.urandom(MEBIBYTE_MINUS_ONE))


async def too_large():
    async with connect("/echo", compression=None) as socket:
        await socket.send(bytes(MEBIBYTE_MINUS_ONE + 2))
        await expect_close(socket, 1009)


async def fragmented_text():
    async with connect("/echo") as socket:
        await echoes(socket, WIDE * 20, [WIDE] * 20)
        await echoes(socket, "ab", ["", "a", "", "b", ""])


async def fragmented_bytes():
    async with connect("/echo") as socket:
        await echoes(socket, EVERY_BYTE * 64, [EVERY_BYTE] * 64)


async def ping():
    async with connect("/echo", ping_interval=None) as socket:
        await (await socket.ping(b"are you there?"))
        await echoes(socket, "after")


async def thousand():
    async with connect("/echo") as socket:
        messages = [f"message {i} " + "x" * (i % 200) for i in range(1_000)]

        async def send():
            for message in messages:
                await socket.send(message)

        sending = asyncio.ensure_future(send())
        for message in messages:
            assert await socket.recv() == message
        await sending


async def closed_by_client():
    async with connect("/echo") as socket:
        await echoes(socket, "last words")
        await socket.close(4000, "genug für heute")
        assert socket.close_code == 4000, socket.close_code


async def closed_by_server():
    async with connect("/close?code=4001&reason=bis%20bald%20%F0%9F%91%8B") as socket:
        await expect_close(socket, 4001, "bis bald 👋")


async def cut_by_server():
    async with connect("/drop") as socket:
        await expect_close(socket, 1006)


async def expect_close(socket, code, reason=None):
    try:
        await socket.recv()
        raise AssertionError("a message came")
    except websockets.ConnectionClosed:
        pass
    assert socket.close_code == code, socket.close_code
    assert reason is None or socket.close_reason == reason, socket.close_reason


async def refused():
    try:
        async with connect("/reject?status=403"):
            raise AssertionError("it was accepted")
    except websockets.InvalidStatusCode as refusal:
        assert refusal.status_code == 403, refusal.status_code


async def window(**parameters):
    factory = ClientPerMessageDeflateFactory(**parameters)
    async with connect("/echo", compression=None, extensions=[factory]) as socket:
        assert [extension.name for extension in socket.extensions] == ["permessage-deflate"]
        for i in range(5):
            await echoes(socket, f"{i} " + "compress me " * 5_000)
            await echoes(socket, os.urandom(20_000))


CHECKS = {
    "the first subprotocol offered is chosen": first_subprotocol,
    "compression as asked for": compression,
    "text with characters of four bytes": four_bytes,
    "empty messages": empty,
    "every byte": every_byte,
    "a mebibyte less one of text": large_text,
    "a mebibyte less one of bytes": large_bytes,
    "one byte more is too much": too_large,
    "fragmented text": fragmented_text,
    "fragmented bytes": fragmented_bytes,
    "ping and pong": ping,
    "a thousand messages in order": thousand,
    "closed by the client": closed_by_client,
    "closed by the server": closed_by_server,
    "cut by the server": cut_by_server,
    "refused with a status": refused,
}
if DEFLATE:
    CHECKS["context takeover given up by both"] = lambda: window(
        client_no_context_takeover=True, server_no_context_takeover=True
    )
    CHECKS["a window of 9 bits for the server"] = lambda: window(server_max_window_bits=9)
    CHECKS["a window of 9 bits for the client"] = lambda: window(client_max_window_bits=9)


async def main():
    for name, check in CHECKS.items():
        try:
            await asyncio.wait_for(check(), PATIENCE)
            print("ok", name)
        except Exception as error:
            print(f"not ok {name}: {type(error).__name__} {str(error)[:500]}")


asyncio.run(main())
