// What every peer of Node tries with the endpoints of `duplex echo`, whichever library carries it.
// Prints a line for each check: "ok NAME", or "not ok NAME: why".
'use strict';

const assert = require('node:assert/strict');

const PATIENCE_MS = 90_000;
const WIDE = '\u{1D11E} \u{1F600} 日本語 é \u0000 \u{10FFFF}';
const MEBIBYTE_MINUS_ONE = 1024 * 1024 - 1;

/** Every value that a byte can have, in an order that nothing sorts by chance. */
const everyByte = () => Buffer.from(Array.from({ length: 1024 }, (_, i) => (i * 167) % 256));

const checks = {
  'the first subprotocol offered is chosen': async (peer) => {
    const socket = await peer.connect('/echo', { protocols: ['one.v2', 'one.v1'] });
    assert.equal(socket.protocol, 'one.v2');
  },
  'text with characters of four bytes': async (peer) => {
    const socket = await peer.connect('/echo');
    await echoes(socket, WIDE);
    await echoes(socket, WIDE.repeat(2_000));
  },
  'empty messages': async (peer) => {
    const socket = await peer.connect('/echo');
    await echoes(socket, '');
    await echoes(socket, Buffer.alloc(0));
    await echoes(socket, 'after');
  },
  'every byte': async (peer) => {
    const socket = await peer.connect('/echo');
    await echoes(socket, everyByte());
  },
  'a mebibyte less one of text': async (peer) => {
    const socket = await peer.connect('/echo');
    await echoes(socket, 'é'.repeat(Math.floor(MEBIBYTE_MINUS_ONE / 2)) + '.');
  },
  'a mebibyte less one of bytes': async (peer) => {
    const socket = await peer.connect('/echo');
    await echoes(socket, require('node:crypto').randomBytes(MEBIBYTE_MINUS_ONE));
  },
  'one byte more is too much': async (peer) => {
    const socket = await peer.connect('/echo');
    socket.send(Buffer.alloc(MEBIBYTE_MINUS_ONE + 2));
    assert.equal((await socket.closed).code, 1009);
  },
  'fragmented text': async (peer) => {
    const socket = await peer.connect('/echo');
    await echoes(socket, WIDE.repeat(20), true);
  },
  'fragmented bytes': async (peer) => {
    const socket = await peer.connect('/echo');
    await echoes(socket, Buffer.concat(Array(64).fill(everyByte())), true);
  },
  'ping and pong': async (peer) => {
    const socket = await peer.connect('/echo');
    assert.equal(await socket.ping('are you there?'), 'are you there?');
    await echoes(socket, 'after');
  },
  'a thousand messages in order': async (peer) => {
    const socket = await peer.connect('/echo');
    const messages = Array.from({ length: 1_000 }, (_, i) => `message ${i} ${'x'.repeat(i % 200)}`);
    messages.forEach((message) => socket.send(message));
    for (const message of messages) {
      assert.equal(await socket.next(), message);
    }
  },
  'closed by the client': async (peer) => {
    const socket = await peer.connect('/echo');
    await echoes(socket, 'last words');
    socket.close(4000, 'genug für heute');
    assert.equal((await socket.closed).code, 4000);
  },
  'closed by the server': async (peer) => {
    const socket = await peer.connect(`/close?code=4001&reason=${encodeURIComponent('bis bald 👋')}`);
    assert.deepEqual(await socket.closed, { code: 4001, reason: 'bis bald 👋' });
  },
  'cut by the server': async (peer) => {
    const socket = await peer.connect('/drop');
    assert.equal((await socket.closed).code, 1006);
  },
  'refused with a status': async (peer) => {
    await assert.rejects(peer.connect('/reject?status=403'), /403/);
  },
};

async function echoes(socket, message, fragmented = false) {
  socket.send(message, fragmented);
  const answer = await socket.next();
  // Not deepEqual: the difference of two mebibytes is no message for a person.
  assert.equal(typeof answer, typeof message);
  assert.ok(typeof message === 'string' ? answer === message : answer.equals(message), 'what came back differs');
}

/** Messages as they come, for those who wait for them. */
class Inbox {
  constructor() {
    this.messages = [];
    this.waiting = [];
    this.closed = new Promise((resolve) => {
      this.close = (code, reason) => resolve({ code, reason: String(reason) });
    });
  }

  put(message) {
    const waiting = this.waiting.shift();
    if (waiting) {
      waiting(message);
    } else {
      this.messages.push(message);
    }
  }

  next() {
    return this.messages.length > 0
      ? Promise.resolve(this.messages.shift())
      : Promise.race([
        new Promise((resolve) => this.waiting.push(resolve)),
        this.closed.then(({ code, reason }) => Promise.reject(new Error(`closed ${code} ${reason}`))),
      ]);
  }
}

/** Runs all checks but those that the library has no call for, and whatever else it has. */
async function run(peer, { without = [], more = {} } = {}) {
  let current = '';
  const deadline = setTimeout(() => {
    console.log(`not ok ${current}: no end in sight`);
    process.exit(1);
  }, PATIENCE_MS);
  for (const [name, check] of Object.entries({ ...checks, ...more })) {
    if (!without.includes(name)) {
      current = name;
      try {
        await check(peer);
        console.log(`ok ${name}`);
      } catch (error) {
        console.log(`not ok ${name}: ${String(error.message).slice(0, 500)}`);
      }
    }
  }
  clearTimeout(deadline);
  process.exit(0);
}

module.exports = { Inbox, echoes, run };
