// A client loses its connection, and finds its state again. Prints what it sees, with ids and offsets masked.
// usage: node socket-io-recovery.js http://HOST:PORT polling|websocket|both
'use strict';

const { io } = require('socket.io-client');

const [base, mode] = process.argv.slice(2);
const PATIENCE_MS = 30_000;
const options = {
  forceNew: true,
  reconnectionDelay: 2_000,
  randomizationFactor: 0,
  ...(mode === 'both' ? {} : { transports: [mode] }),
};
const log = (...what) => console.log(what.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '));
const event = (socket, name) => new Promise((resolve) => { socket.once(name, (...args) => resolve(args)); });
const ask = (socket, ...args) => new Promise((resolve) => { socket.emit(...args, (...answer) => resolve(answer)); });
const masked = (args) => args.map((arg, i) => (i === args.length - 1 && typeof arg === 'string' && arg.length > 6 ? 'OFFSET' : arg));

/** Loses the connection as if the network had failed, and comes back after what others do meanwhile. */
async function lose(socket, meanwhile) {
  const gone = event(socket, 'disconnect');
  const { engine } = socket.io;
  engine.close();
  socket.io.skipReconnect = false;
  log('lost', (await gone)[0]);
  await meanwhile();
  const back = event(socket, 'connect');
  socket.connect();
  await back;
}

async function play() {
  const a = io(base, { ...options, auth: { name: 'a' } });
  const b = io(base, options);
  await Promise.all([event(a, 'connect'), event(b, 'connect')]);
  log('at first', a.recovered);
  log('joined', await ask(a, 'join', 'red'));
  await ask(a, 'remember', 'the value');
  const first = event(a, 'shouted');
  b.emit('shout', 'so that there is an offset');
  log('got', masked(await first));
  const { id } = a;
  const missed = [];
  a.onAny((name, ...args) => missed.push([name, ...masked(args)]));
  await lose(a, async () => {
    await ask(b, 'gone', 'a');
    b.emit('say to all in', 'red', 'in the room', { n: 1 });
    b.emit('say to all in', 'blue', 'elsewhere');
    b.emit('except', 'red');
    b.emit('shout', 'to everybody');
    await ask(b, 'echo');
  });
  log('back', a.recovered, a.id === id);
  log('missed', missed);
  log('still joined', await ask(a, 'join', 'green'));
  log('remembered', await ask(b, 'fetch', 'red'));
  const forged = io(base, { ...options, auth: { pid: 'nobody', offset: 'never' } });
  await event(forged, 'connect');
  log('forged', forged.recovered, forged.id !== id);
}

const deadline = setTimeout(() => { log('FAILED: no end in sight'); process.exit(1); }, PATIENCE_MS);
play().catch((error) => log('FAILED', String(error.stack))).then(() => { clearTimeout(deadline); process.exit(0); });
