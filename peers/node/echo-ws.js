// usage: node echo-ws.js PORT
'use strict';

const { WebSocketServer } = require('ws');

const http = require('./http');

const listener = http.createServer();
const server = new WebSocketServer({
  server: listener,
  maxPayload: 64 * 1024 * 1024,
  perMessageDeflate: true,
});
const everybody = new Set();

server.on('connection', (socket, request) => {
  socket.on('error', () => {});
  if (request.url.startsWith('/broadcast')) {
    everybody.add(socket);
    socket.on('close', () => everybody.delete(socket));
    socket.on('message', (data, binary) => everybody.forEach((each) => each.send(data, { binary })));
  } else {
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  }
});

listener.listen(Number(process.argv[2]), '127.0.0.1');
