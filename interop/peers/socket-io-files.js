// Asks a Socket.IO server for the client that it serves to browsers, in every coding, and compares it with the package.
// usage: node socket-io-files.js http://HOST:PORT
'use strict';

const { readFileSync, readdirSync } = require('fs');
const http = require('http');
const { brotliDecompressSync, gunzipSync, inflateSync } = require('zlib');

const base = process.argv[2];
const folder = 'node_modules/socket.io-client/dist/';
const decoders = { br: brotliDecompressSync, gzip: gunzipSync, deflate: inflateSync, identity: (bytes) => bytes };

function get(path, headers) {
  return new Promise((resolve, reject) => {
    http.get(base + path, { headers }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
    }).on('error', reject);
  });
}

(async () => {
  for (const name of readdirSync(folder).sort()) {
    const file = readFileSync(folder + name);
    for (const coding of Object.keys(decoders)) {
      const { status, headers, body } = await get(`/socket.io/${name}`, { 'Accept-Encoding': coding });
      const sent = headers['content-encoding'] || 'identity';
      console.log(name, coding, status, sent, headers['content-type'], headers['cache-control'], decoders[sent](body).equals(file));
      const again = await get(`/socket.io/${name}`, { 'Accept-Encoding': coding, 'If-None-Match': headers.etag });
      console.log('again', again.status, again.body.length);
    }
  }
  const { version } = JSON.parse(readFileSync('node_modules/socket.io-client/package.json', 'utf8'));
  const { headers } = await get('/socket.io/socket.io.js', {});
  console.log('etag', headers.etag === `"${version}"`);
})().catch((error) => {
  console.log('FAILED', error);
  process.exitCode = 1;
});
