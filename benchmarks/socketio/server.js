// What bench-socketio drives: the official server. The packages are those of interop/peers.
'use strict';

const { createServer } = require('http');
const { createRequire } = require('module');
const path = require('path');

const peers = createRequire(path.join(__dirname, '../../interop/peers/package.json'));
const { Server } = peers('socket.io');

const http = createServer();
const io = new Server(http, { serveClient: false });
io.on('connection', (socket) => {
  socket.on('echo', (text, ack) => ack(text));
  socket.on('join', (room, ack) => {
    socket.join(room);
    ack();
  });
  socket.on('say', (text) => io.to('room').emit('said', text));
});
// Tells what lives after a full collection; node --expose-gc.
process.on('SIGUSR2', () => {
  global.gc();
  global.gc();
  const { heapUsed, external } = process.memoryUsage();
  console.log(heapUsed + external);
});
http.listen(0, '127.0.0.1', () => console.log(http.address().port));
