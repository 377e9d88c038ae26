// Joins the lobby of `duplex chat --socketio` as the first guest, says something, prints what it hears as chat-plain.js does, and
// leaves when it has heard something.
// usage: node chat-socket-io.js http://HOST:PORT/ TEXT UNTIL
'use strict';

const { io } = require('socket.io-client');

const [address, text, until] = process.argv.slice(2);
const socket = io(address);
socket.on('connect', () => socket.emit('join', { name: 'guest-1' }));
socket.on('welcome', () => socket.emit('say', { text }));
socket.on('message', ({ from, text: said }) => {
  const line = from.id === socket.id ? said : `${from.name}: ${said}`;
  console.log(JSON.stringify(line));
  if (line === until) {
    socket.disconnect();
    console.log('closed 1000');
  }
});
