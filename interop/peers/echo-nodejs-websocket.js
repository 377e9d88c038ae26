// nodejs-websocket. It knows no compression, fragments no text, and tells of its own close only what it was told itself.
// usage: node echo-nodejs-websocket.js ws://HOST:PORT
'use strict';

const library = require('nodejs-websocket');
const { Inbox, run } = require('./checks.js');

const [base] = process.argv.slice(2);
library.setBinaryFragmentation(1_000);

function connect(path, { protocols = [] } = {}) {
  return new Promise((resolve, reject) => {
    const inbox = new Inbox();
    const connection = library.connect(base + path, { protocols, rejectUnauthorized: false });
    connection.on('error', reject);
    connection.on('text', (text) => inbox.put(text));
    connection.on('binary', (stream) => {
      const parts = [];
      stream.on('data', (part) => parts.push(part));
      stream.on('end', () => inbox.put(Buffer.concat(parts)));
    });
    connection.on('close', (code, reason) => inbox.close(code, reason));
    connection.on('connect', () => resolve({
      protocol: connection.protocol,
      closed: inbox.closed,
      next: () => inbox.next(),
      send(data, fragmented) {
        if (!fragmented) {
          connection.send(data);
          return;
        }
        const stream = connection.beginBinary();
        for (let i = 0; i < data.length; i += 1_500) {
          stream.write(data.subarray(i, i + 1_500));
        }
        stream.end();
      },
      ping: (payload) => new Promise((answered) => {
        connection.once('pong', answered);
        connection.sendPing(payload);
      }),
      close: (code, reason) => connection.close(code, reason),
    }));
  });
}

run({ connect }, { without: ['fragmented text', 'refused with a status'] });
