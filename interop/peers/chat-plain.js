// A member of the chat that speaks plain text, with ws. usage: node chat-plain.js URL TEXT LAST
// Says TEXT when it is in, prints all that it hears as JSON strings, and leaves once it has heard LAST.
'use strict';

const { WebSocket } = require('ws');

const [url, text, last] = process.argv.slice(2);
const socket = new WebSocket(url);

socket.on('open', () => socket.send(text));
socket.on('message', (data, isBinary) => {
  console.log(isBinary ? 'binary' : JSON.stringify(data.toString()));
  if (data.toString() === last) {
    socket.close(1000);
  }
});
socket.on('error', (error) => console.log('error', error.message));
socket.on('close', (code) => console.log('closed', code));
