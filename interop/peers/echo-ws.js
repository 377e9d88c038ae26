// usage: node echo-ws.js ws://HOST:PORT deflate|plain
'use strict';

const assert = require('node:assert/strict');
const { WebSocket } = require('ws');
const { Inbox, echoes, run } = require('./checks.js');

const [base, compression] = process.argv.slice(2);
const deflate = compression === 'deflate';

/** The bytes of a message in pieces that split characters. */
function pieces(bytes) {
  const size = Math.max(1, Math.ceil(bytes.length / 7));
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

function connect(path, { protocols = [], options = {} } = {}) {
  return new Promise((resolve, reject) => {
    const inbox = new Inbox();
    const socket = new WebSocket(base + path, protocols, {
      rejectUnauthorized: false,
      perMessageDeflate: deflate && { threshold: 0, ...options },
    });
    socket.on('message', (data, isBinary) => inbox.put(isBinary ? data : data.toString()));
    socket.on('close', (code, reason) => inbox.close(code, reason));
    socket.on('error', reject);
    socket.on('open', () => resolve({
      protocol: socket.protocol,
      extensions: socket.extensions,
      closed: inbox.closed,
      next: () => inbox.next(),
      send(data, fragmented) {
        if (!fragmented) {
          socket.send(data);
          return;
        }
        const parts = pieces(Buffer.from(data));
        const binary = typeof data !== 'string';
        parts.forEach((part, i) => {
          socket.send(part, { binary, fin: i === parts.length - 1 });
          // Control frames may come between the fragments: RFC 6455 §5.4.
          socket.ping(`between ${i}`);
        });
      },
      ping: (payload) => new Promise((answered) => {
        socket.once('pong', (data) => answered(data.toString()));
        socket.ping(payload);
      }),
      close: (code, reason) => socket.close(code, reason),
    }));
  });
}

const parameters = {
  'context takeover given up by both': { clientNoContextTakeover: true, serverNoContextTakeover: true },
  'a window of 9 bits for the server': { serverMaxWindowBits: 9 },
  'a window of 9 bits for the client': { clientMaxWindowBits: 9 },
};
const more = {
  'compression as asked for': async (peer) => {
    const socket = await peer.connect('/echo');
    assert.equal(/permessage-deflate/.test(socket.extensions), deflate);
  },
};
if (deflate) {
  for (const [name, options] of Object.entries(parameters)) {
    more[name] = async (peer) => {
      const socket = await peer.connect('/echo', { options });
      for (let i = 0; i < 5; i += 1) {
        await echoes(socket, `${i} ${'compress me '.repeat(5_000)}`);
        await echoes(socket, require('node:crypto').randomBytes(20_000));
      }
    };
  }
}

run({ connect }, { more });
