// The official Engine.IO server with the same commands as the one of EngineIoTest. Prints its port.
// usage: node engine-io-server.js JSON-OPTIONS
'use strict';

const { createServer } = require('node:http');
const { attach } = require('engine.io');

const http = createServer();
const engine = attach(http, JSON.parse(process.argv[2] || '{}'));
const ended = new Map();
const asked = new Map();

function tell(name) {
  if (ended.has(name) && asked.has(name)) {
    asked.get(name).send(`closed ${name}: ${ended.get(name)}`);
  }
}

engine.on('connection', (socket) => {
  const { name } = socket.request._query;
  socket.on('message', (data) => {
    if (typeof data !== 'string' || !data.startsWith('!')) {
      socket.send(data);
      return;
    }
    const [command, argument] = data.split(' ');
    switch (command) {
      case '!close':
        socket.close();
        break;
      case '!discard':
        socket.close(true);
        break;
      case '!farewell':
        socket.send('last words');
        socket.close();
        break;
      case '!many':
        for (let i = 0; i < Number(argument); i += 1) {
          socket.send(i % 10 === 9 ? Buffer.from([i % 256]) : `message ${i}`);
        }
        break;
      case '!large':
        socket.send('x'.repeat(Number(argument)));
        break;
      case '!transport':
        socket.send(socket.transport.name);
        break;
      case '!closed':
        asked.set(argument, socket);
        tell(argument);
        break;
      default:
        throw new Error(data);
    }
  });
  socket.on('close', (reason) => {
    if (name) {
      ended.set(name, reason);
      tell(name);
    }
  });
});

http.listen(0, '127.0.0.1', () => console.log(http.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
