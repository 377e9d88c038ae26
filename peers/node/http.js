'use strict';

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');

const notFound = (request, response) => response.writeHead(404).end();

/** What a WebSocket server stands on: with TLS if PEER_KEYSTORE names a key. */
exports.createServer = () => {
  const keystore = process.env.PEER_KEYSTORE;
  return keystore
    ? https.createServer({ pfx: fs.readFileSync(keystore), passphrase: 'benchmark' }, notFound)
    : http.createServer(notFound);
};
