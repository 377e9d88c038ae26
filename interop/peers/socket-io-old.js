// Plays scenes with older clients, against a server of the behaviour of socket-io-server.js that allows Engine.IO 3, and
// prints what they see.
// usage: node socket-io-old.js http://HOST:PORT sioc2|sioc3 polling|websocket|both
'use strict';

const [base, version, mode] = process.argv.slice(2);
const io = require(version);
const PATIENCE_MS = 30_000;

const options = (more = {}) => ({
  forceNew: true,
  reconnection: false,
  ...(mode === 'both' ? {} : { transports: [mode] }),
  ...more,
});

function show(value) {
  return JSON.stringify(value, (key, inner) => (
    inner && inner.type === 'Buffer' ? `bytes ${Buffer.from(inner.data).toString('hex')}` : inner));
}

const log = (...what) => console.log(what.map((part) => (typeof part === 'string' ? part : show(part))).join(' '));
const event = (socket, name) => new Promise((resolve) => { socket.once(name, (...args) => resolve(args)); });
const ask = (socket, ...args) => new Promise((resolve) => { socket.emit(...args, (...answer) => resolve(answer)); });

async function connect(path = '/', more = {}) {
  const socket = io(base + path, options(more));
  await event(socket, 'connect');
  return socket;
}

async function play() {
  const a = await connect();
  const b = await connect();
  log('connected', a.id !== b.id, a.id.length);
  for (const values of [[], ['text', 1, null, { a: [true] }], ['ü \u{1F600}'], ['x'.repeat(20_000)]]) {
    const answer = event(a, 'echo');
    a.emit('echo', ...values);
    log('echo', show(await answer).slice(0, 100));
    log('ack', show(await ask(a, 'echo', ...values)).slice(0, 100));
  }
  for (const values of [[Buffer.from([1, 2, 3])], [{ a: Buffer.from('a'), b: [Buffer.alloc(2000, 7)] }, 'and text']]) {
    const answer = event(a, 'echo');
    a.emit('echo', ...values);
    log('bytes', show(await answer).slice(0, 100));
    log('ack', show(await ask(a, 'echo', ...values)).slice(0, 100));
  }
  log('join', await ask(b, 'join', 'red'));
  const said = event(b, 'said');
  a.emit('say', 'red', 'hello', Buffer.from('x'));
  log('said', await said);
  a.on('question', (n, ack) => ack(n + 1));
  const answered = event(a, 'answered');
  a.emit('ask me');
  log('answered', await answered);
  const order = [];
  const last = new Promise((resolve) => {
    a.on('echo', (n) => { order.push(n); if (n === 99) { resolve(); } });
  });
  for (let i = 0; i < 100; i += 1) {
    a.emit('echo', i);
  }
  await last;
  log('in order', order.every((n, i) => n === i), order.length);
  const dynamic = await connect('/dynamic-7');
  log('dynamic', await ask(dynamic, 'echo', dynamic.nsp));
  const refused = io(`${base}/nobody`, options());
  const reason = await Promise.race([event(refused, 'error'), event(refused, 'connect_error')]);
  log('refused', reason[0] instanceof Error ? reason[0].message : reason);
  const guarded = version === 'sioc2'
    ? await connect('/guarded?token=good')
    : await connect('/guarded', { auth: { token: 'good' } });
  log('guarded', guarded.connected);
  const barred = io(`${base}/guarded${version === 'sioc2' ? '?token=bad' : ''}`, options({ auth: { token: 'bad' } }));
  const why = await Promise.race([event(barred, 'error'), event(barred, 'connect_error')]);
  log('barred', why[0] instanceof Error ? [why[0].message, why[0].data] : why);
  const gone = event(b, 'disconnect');
  b.emit('disconnect me', true);
  log('gone', await gone);
}

const deadline = setTimeout(() => { log('FAILED: no end in sight'); process.exit(1); }, PATIENCE_MS);
play().catch((error) => log('FAILED', String(error.stack))).then(() => { clearTimeout(deadline); process.exit(0); });
