// Sends every line back in capitals. Node writes to a pipe at once, so nothing has to be flushed.
const lines = require('node:readline').createInterface({ input: process.stdin });
lines.on('line', (line) => console.log(line.toUpperCase()));
