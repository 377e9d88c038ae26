// usage: node serve-ws.js
// Servers of the package ws, one for each path. Prints its port, and then what clients do; ends when its input does.
'use strict';

const http = require('node:http');
const { WebSocketServer } = require('ws');

const paths = {};

function serve(path, talk, options = {}) {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, ...options });
  server.on('connection', (socket) => {
    socket.on('error', (error) => console.log(`error ${error.code}`));
    socket.on('close', (code, reason) => console.log(`closed ${code} ${reason}`.trim()));
    talk(socket);
  });
  paths[path] = (request, connection, head) =>
    server.handleUpgrade(request, connection, head, (socket) => server.emit('connection', socket));
}

const echo = (socket) => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
const deflate = (options) => ({ perMessageDeflate: { threshold: 0, ...options } });

serve('/echo', echo);
serve('/deflate', echo, deflate({}));
serve('/deflate-server-alone', echo, deflate({ serverNoContextTakeover: true }));
serve('/deflate-client-alone', echo, deflate({ clientNoContextTakeover: true }));
serve('/deflate-both-alone', echo, deflate({ serverNoContextTakeover: true, clientNoContextTakeover: true }));
serve('/deflate-server-9', echo, deflate({ serverMaxWindowBits: 9 }));
serve('/deflate-client-9', echo, deflate({ clientMaxWindowBits: 9 }));
serve('/fragments', (socket) => {
  socket.send('frag', { fin: false });
  socket.ping('between');
  socket.send('ments', { fin: true });
  socket.send(Buffer.alloc(1000), { fin: false });
  socket.send(Buffer.alloc(1), { fin: true });
});
serve('/ping', (socket) => {
  socket.on('pong', (data) => socket.send(`pong ${data}`));
  socket.ping('are you there?');
});
serve('/close', (socket) => socket.close(4001, 'bis bald 👋'));
serve('/close-without-a-code', (socket) => socket.close());
serve('/terminate', (socket) => socket.terminate());
serve('/chooses-the-second', echo, { handleProtocols: (offered) => [...offered][1] });
serve('/chooses-none', echo, { handleProtocols: () => false });
serve('/small', echo, { maxPayload: 100 });
paths['/unauthorized'] = (request, connection) => connection.end(
  'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 6\r\nConnection: close\r\n\r\ntoken?');
paths['/redirect'] = (request, connection) => connection.end(
  'HTTP/1.1 302 Found\r\nLocation: /echo\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');

const server = http.createServer();
server.on('upgrade', (request, connection, head) => paths[request.url](request, connection, head));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
