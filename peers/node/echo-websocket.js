// WebSocket-Node; it knows no compression. usage: node echo-websocket.js PORT
'use strict';

const { server: WebSocketServer } = require('websocket');

const http = require('./http');

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

const server = http.createServer();
const everybody = new Set();

new WebSocketServer({
  httpServer: server,
  maxReceivedFrameSize: MAX_MESSAGE_BYTES,
  maxReceivedMessageSize: MAX_MESSAGE_BYTES,
}).on('request', (request) => {
  const connection = request.accept(null, request.origin);
  connection.on('error', () => {});
  const send = (to, message) => (message.type === 'utf8' ? to.sendUTF(message.utf8Data) : to.sendBytes(message.binaryData));
  if (request.resource.startsWith('/broadcast')) {
    everybody.add(connection);
    connection.on('close', () => everybody.delete(connection));
    connection.on('message', (message) => everybody.forEach((each) => send(each, message)));
  } else {
    connection.on('message', (message) => send(connection, message));
  }
});

server.listen(Number(process.argv[2]), '127.0.0.1');
