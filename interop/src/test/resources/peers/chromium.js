// What the browser's own WebSocket tries with the endpoints of `duplex echo`. (base, compression) => lines, as in interop/peers/checks.js.
(async (base, compression) => {
  const WIDE = '\u{1D11E} \u{1F600} 日本語 é \u0000 \u{10FFFF}';
  const MEBIBYTE = 1024 * 1024;
  const ALMOST = MEBIBYTE - 1;
  const everyByte = Uint8Array.from({ length: 1024 }, (_, i) => (i * 167) % 256);

  function same(actual, expected) {
    if (JSON.stringify(actual) !== JSON.stringify(expected)) {
      throw new Error(`expected ${JSON.stringify(expected)} but got ${JSON.stringify(actual)}`.slice(0, 500));
    }
  }

  function when(socket, type) {
    return new Promise((resolve, reject) => {
      socket.addEventListener(type, resolve, { once: true });
      if (type !== 'close') {
        socket.addEventListener('close', (event) => reject(new Error(`closed ${event.code} ${event.reason}`)), { once: true });
      }
    });
  }

  async function open(path, { protocols = [], binaryType = 'arraybuffer' } = {}) {
    const socket = new WebSocket(base + path, protocols);
    same([socket.readyState, socket.url, socket.binaryType], [0, base + path, 'blob']);
    socket.binaryType = binaryType;
    await when(socket, 'open');
    same(socket.readyState, 1);
    return socket;
  }

  async function heard(socket, message) {
    const event = when(socket, 'message');
    socket.send(message);
    const { data, origin } = await event;
    same(origin, base);
    return data;
  }

  async function echoes(socket, bytes) {
    const answer = new Uint8Array(await heard(socket, bytes));
    same([answer.length, answer.every((byte, i) => byte === bytes[i])], [bytes.length, true]);
  }

  /** Closes, and tells the event; readyState follows. */
  async function close(socket, ...how) {
    const event = when(socket, 'close');
    socket.close(...how);
    same(socket.readyState, 2);
    const { code, wasClean } = await event;
    same(socket.readyState, 3);
    return [code, wasClean];
  }

  const checks = {
    'the first subprotocol offered is chosen': async () => {
      const socket = await open('/echo', { protocols: ['one.v2', 'one.v1'] });
      same(socket.protocol, 'one.v2');
      same((await open('/echo')).protocol, '');
    },
    'compression as the server has it': async () => {
      const { extensions } = await open('/echo');
      same(/permessage-deflate/.test(extensions), compression);
    },
    'text with characters of four bytes': async () => {
      const socket = await open('/echo');
      same(await heard(socket, WIDE), WIDE);
      same(await heard(socket, WIDE.repeat(2_000)), WIDE.repeat(2_000));
      same(await heard(socket, 'a\ud800b'), 'a\ufffdb');
    },
    'empty messages': async () => {
      const socket = await open('/echo');
      same(await heard(socket, ''), '');
      same((await heard(socket, new ArrayBuffer(0))).byteLength, 0);
      same((await heard(socket, new Blob([]))).byteLength, 0);
    },
    'buffers, views and blobs': async () => {
      const socket = await open('/echo');
      await echoes(socket, everyByte);
      same([...new Uint8Array(await heard(socket, everyByte.buffer.slice(3, 9)))], [...everyByte.slice(3, 9)]);
      same([...new Uint8Array(await heard(socket, new DataView(everyByte.buffer, 5, 4)))], [...everyByte.slice(5, 9)]);
      same([...new Uint8Array(await heard(socket, new Blob(['abc'])))], [97, 98, 99]);
      socket.binaryType = 'blob';
      const blob = await heard(socket, everyByte);
      same([blob instanceof Blob, blob.size], [true, 1024]);
      same([...new Uint8Array(await blob.arrayBuffer())], [...everyByte]);
    },
    'almost a mebibyte of text': async () => {
      const socket = await open('/echo');
      const text = 'é'.repeat(Math.floor(ALMOST / 2)) + '.';
      same((await heard(socket, text)) === text, true);
    },
    'almost a mebibyte of bytes': async () => {
      const socket = await open('/echo');
      const bytes = new Uint8Array(ALMOST);
      for (let i = 0; i < bytes.length; i += 65_536) {
        crypto.getRandomValues(bytes.subarray(i, i + 65_536));
      }
      await echoes(socket, bytes);
    },
    'one byte more than a mebibyte is too much': async () => {
      const socket = await open('/echo');
      const event = when(socket, 'close');
      socket.send(new Uint8Array(MEBIBYTE + 1));
      const { code } = await event;
      same(code, 1009);
    },
    'bufferedAmount rises at once and falls to nothing': async () => {
      const socket = await open('/echo');
      const event = when(socket, 'message');
      socket.send(new Uint8Array(100_000));
      socket.send('é');
      same(socket.bufferedAmount, 100_002);
      await event;
      same(socket.bufferedAmount, 0);
    },
    'a thousand messages in order': async () => {
      const socket = await open('/echo');
      const messages = Array.from({ length: 1_000 }, (_, i) => `message ${i} ${'x'.repeat(i % 200)}`);
      const answers = new Promise((resolve) => {
        const all = [];
        socket.onmessage = ({ data }) => {
          all.push(data);
          if (all.length === messages.length) {
            resolve(all);
          }
        };
      });
      messages.forEach((message) => socket.send(message));
      same(await answers, messages);
    },
    'closed by the client': async () => {
      same(await close(await open('/echo')), [1005, true]);
      same(await close(await open('/echo'), 1000), [1000, true]);
      same(await close(await open('/echo'), 4999, 'genug für heute 👋'), [4999, true]);
    },
    'closed by the server': async () => {
      const socket = await open(`/close?code=4001&reason=${encodeURIComponent('bis bald 👋')}`);
      const { code, reason, wasClean } = await when(socket, 'close');
      same([code, reason, wasClean], [4001, 'bis bald 👋', true]);
    },
    'cut by the server': async () => {
      const socket = await open('/drop');
      const { code, reason, wasClean } = await when(socket, 'close');
      same([code, reason, wasClean], [1006, '', false]);
    },
    'refused with a status': async () => {
      const socket = new WebSocket(`${base}/reject?status=403`);
      const events = [];
      socket.onerror = () => events.push('error');
      const { code, wasClean } = await when(socket, 'close');
      same([...events, code, wasClean], ['error', 1006, false]);
    },
  };

  const lines = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      lines.push(`ok ${name}`);
    } catch (error) {
      lines.push(`not ok ${name}: ${error.message ?? error.type}`);
    }
  }
  return lines;
})
