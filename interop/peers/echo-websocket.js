// WebSocket-Node. It knows no compression. usage: node echo-websocket.js ws://HOST:PORT
'use strict';

const { client: WebSocketClient } = require('websocket');
const { Inbox, run } = require('./checks.js');

const [base] = process.argv.slice(2);
const WHOLE = 64 * 1024 * 1024;
const ODD = 101; // so that fragments end within characters

function connect(path, { protocols = [] } = {}) {
  return new Promise((resolve, reject) => {
    const client = new WebSocketClient({
      maxReceivedFrameSize: 2 * 1024 * 1024,
      tlsOptions: { rejectUnauthorized: false },
    });
    client.on('connectFailed', reject);
    client.on('connect', (connection) => {
      const inbox = new Inbox();
      connection.on('message', (message) => inbox.put(message.type === 'utf8' ? message.utf8Data : message.binaryData));
      connection.on('close', (code, reason) => inbox.close(code, reason));
      connection.on('error', () => {});
      resolve({
        protocol: connection.protocol,
        closed: inbox.closed,
        next: () => inbox.next(),
        send(data, fragmented) {
          connection.config.fragmentationThreshold = fragmented ? ODD : WHOLE;
          if (typeof data === 'string') {
            connection.sendUTF(data);
          } else {
            connection.sendBytes(data);
          }
        },
        ping: (payload) => new Promise((answered) => {
          connection.once('pong', (data) => answered(data.toString()));
          connection.ping(payload);
        }),
        close: (code, reason) => connection.close(code, reason),
      });
    });
    client.connect(base + path, protocols);
  });
}

run({ connect });
