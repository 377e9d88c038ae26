'use strict';

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const v8 = require('node:v8');
const vm = require('node:vm');

const notFound = (request, response) => response.writeHead(404).end();

// Who measures memory asks for what a collection leaves: the bytes of the heap, on a line of stdout.
process.on('SIGUSR2', () => {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  collect();
  collect();
  console.log(`heap ${process.memoryUsage().heapUsed}`);
});

/** What a WebSocket server stands on: with TLS if PEER_KEYSTORE names a key. */
exports.createServer = () => {
  const keystore = process.env.PEER_KEYSTORE;
  return keystore
    ? https.createServer({ pfx: fs.readFileSync(keystore), passphrase: 'benchmark' }, notFound)
    : http.createServer(notFound);
};
