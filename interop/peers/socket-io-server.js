// The official Socket.IO server with the behaviour of SocketIoScenes. Prints its port.
// usage: node socket-io-server.js JSON-OPTIONS [msgpack]
'use strict';

const { createServer } = require('node:http');
const { Server } = require('socket.io');

const http = createServer();
const options = JSON.parse(process.argv[2] || '{}');
if (process.argv[3] === 'msgpack') {
  options.parser = require('socket.io-msgpack-parser');
}
const io = new Server(http, options);

/** What happened to clients that have gone, for those who ask; by the name in their auth. */
const gone = new Map();
const asked = new Map();
function tell(name) {
  if (gone.has(name) && gone.get(name).done && asked.has(name)) {
    asked.get(name)(gone.get(name).lines);
    asked.delete(name);
  }
}

function scenes(socket) {
  const { name } = socket.handshake.auth;
  const others = () => [...socket.rooms].filter((room) => room !== socket.id).sort();
  if (name) {
    const entry = { lines: [], done: false };
    gone.set(name, entry);
    socket.on('disconnecting', (reason) => entry.lines.push(`disconnecting ${reason} ${others()}`));
    socket.on('disconnect', (reason) => {
      entry.lines.push(`disconnect ${reason} ${others()}`);
      entry.done = true;
      tell(name);
    });
  }
  socket.use(([event, argument], next) => {
    if (event === 'forbidden') {
      next(new Error(`no ${argument}`));
    } else {
      next();
    }
  });
  socket.on('error', (error) => socket.emit('refused', error.message));
  socket.on('echo', (...args) => {
    const ack = typeof args[args.length - 1] === 'function' ? args.pop() : null;
    if (ack) {
      ack(...args);
      ack('twice');
    } else {
      socket.emit('echo', ...args);
    }
  });
  socket.on('gone', (who, ack) => { asked.set(who, ack); tell(who); });
  socket.on('join', (rooms, ack) => { socket.join(rooms); ack(others()); });
  socket.on('leave', (room, ack) => { socket.leave(room); ack(others()); });
  socket.on('say', (room, ...args) => socket.to(room).emit('said', ...args));
  socket.on('say to all in', (room, ...args) => io.to(room).emit('said', ...args));
  socket.on('broadcast', (...args) => socket.broadcast.emit('broadcasted', ...args));
  socket.on('shout', (...args) => io.emit('shouted', ...args));
  socket.on('several', (a, b) => io.to(a).in(b).emit('several', a, b));
  socket.on('except', (room) => io.except(room).emit('excepted', room));
  socket.on('to except', (room, other) => io.to(room).except(other).emit('excepted', room, other));
  socket.on('volatile', () => { socket.volatile.emit('volatile', 1); });
  socket.on('ask me', () => socket.emit('question', 42, (...answers) => socket.emit('answered', ...answers)));
  socket.on('ask me with a limit', (millis) => {
    socket.timeout(millis).emit('question', 43, (error, answer) => socket.emit('answered', error ? error.message : answer));
  });
  socket.on('ask', async (room, millis) => {
    try {
      const answers = await io.to(room).timeout(millis).emitWithAck('question', room);
      socket.emit('answers', answers.sort());
    } catch (error) {
      socket.emit('answers', error.message, error.responses.sort());
    }
  });
  socket.on('remember', (value, ack) => { socket.data.value = value; ack(); });
  socket.on('fetch', async (room, ack) => {
    const sockets = await io.in(room).fetchSockets();
    ack(sockets.map((found) => found.data.value).sort(), sockets.every((found) => found.rooms.has(room)));
  });
  socket.on('move', async (from, to, ack) => {
    io.in(from).socketsJoin(to);
    io.in(from).socketsLeave(from);
    ack((await io.in(from).fetchSockets()).length, (await io.in(to).fetchSockets()).length);
  });
  socket.on('disconnect room', (room, close) => io.in(room).disconnectSockets(close));
  socket.on('disconnect me', (close) => socket.disconnect(close));
  socket.on('count', (ack) => ack(io.of(socket.nsp.name).sockets.size >= 1));
  socket.on('any', (ack) => {
    const seen = [];
    const listener = (event, ...args) => seen.push(`${event} ${args.filter((arg) => typeof arg !== 'function').length}`);
    socket.onAny(listener);
    socket.onAnyOutgoing((event) => seen.push(`out ${event}`));
    socket.once('any done', () => {
      socket.offAny(listener);
      socket.offAnyOutgoing();
      socket.emit('any', seen);
    });
    ack();
  });
  socket.on('handshake', (ack) => {
    const { auth, query, xdomain, secure } = socket.handshake;
    ack(auth, query.flavour, xdomain, secure, /^[A-Za-z0-9_-]{20}$/.test(socket.id), socket.id !== socket.conn.id);
  });
  socket.on('values', () => {
    socket.emit('values', 1, 1.5, -7, 9007199254740991, true, false, null, '', 'ü \u{1F600} \u2028', [], {}, [[1, [2]]]);
    socket.emit('no values');
    socket.emit('bytes', Buffer.from([1, 2, 3]), { a: [Buffer.from([]), { b: Buffer.alloc(3, 7) }], c: 'text' });
  });
}

io.on('connection', scenes);
io.of('/chat').on('connection', scenes);
io.of(/^\/dynamic-\d+$/).on('connection', (socket) => {
  socket.emit('hello', socket.nsp.name);
  scenes(socket);
});
io.of((name, auth, next) => next(null, name === '/by-function' && auth.key === 'open'))
  .on('connection', (socket) => socket.emit('hello', socket.nsp.name));
io.of('/guarded').use((socket, next) => {
  socket.data.first = true;
  setTimeout(next, 5);
}).use((socket, next) => {
  const { token } = socket.handshake.auth;
  if (token === 'good' && socket.data.first) {
    next();
  } else {
    const error = new Error(`not with ${token}`);
    error.data = { code: 7, of: ['a', null] };
    next(error);
  }
}).on('connection', (socket) => socket.emit('let in'));

http.listen(0, '127.0.0.1', () => console.log(http.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
