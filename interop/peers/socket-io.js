// Plays scenes with a Socket.IO server of the behaviour of socket-io-server.js, and prints what its clients see, in an
// order that does not depend on chance. Ids and the like are masked.
// usage: node socket-io.js http://HOST:PORT polling|websocket|both|msgpack
'use strict';

const { io } = require('socket.io-client');

const [base, mode] = process.argv.slice(2);
const PATIENCE_MS = 30_000;
let names = 0;
let scene = '';
let opened = [];

const options = () => ({
  forceNew: true,
  reconnection: false,
  ...(mode === 'polling' || mode === 'websocket' ? { transports: [mode] } : {}),
  ...(mode === 'msgpack' ? { parser: require('socket.io-msgpack-parser') } : {}),
});

function show(value) {
  return JSON.stringify(value, (key, inner) => {
    if (inner instanceof ArrayBuffer) {
      return `bytes ${Buffer.from(inner).toString('hex')}`;
    }
    if (inner && inner.type === 'Buffer') {
      return `bytes ${Buffer.from(inner.data).toString('hex')}`;
    }
    return inner;
  });
}

function log(...what) {
  console.log(`${scene}: ${what.map((part) => (typeof part === 'string' ? part : show(part))).join(' ')}`);
}

/** A client that keeps what it gets until somebody waits for it. */
class Client {
  constructor(path = '/', more = {}) {
    names += 1;
    this.name = `client${names}`;
    this.events = [];
    this.waiting = [];
    this.socket = io(base + path, { ...options(), ...more, auth: { name: this.name, ...more.auth } });
    this.connected = new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
    });
    this.connected.catch(() => {});
    this.disconnected = new Promise((resolve) => { this.socket.once('disconnect', resolve); });
    this.socket.onAny((event, ...args) => {
      if (typeof args[args.length - 1] === 'function') {
        return;
      }
      const waiting = this.waiting.shift();
      if (waiting) {
        waiting([event, ...args]);
      } else {
        this.events.push([event, ...args]);
      }
    });
    opened.push(this);
  }

  next() {
    return this.events.length > 0
      ? Promise.resolve(this.events.shift())
      : new Promise((resolve) => { this.waiting.push(resolve); });
  }

  ask(event, ...args) {
    return new Promise((resolve) => { this.socket.emit(event, ...args, (...answer) => resolve(answer)); });
  }

  /** What the server says about somebody who has gone. */
  async gone(other) {
    return (await this.ask('gone', other.name))[0];
  }
}

async function clients(count, path) {
  const all = Array.from({ length: count }, () => new Client(path));
  await Promise.all(all.map((client) => client.connected));
  return all;
}

const scenes = {
  connecting: async () => {
    const [client] = await clients(1);
    log(/^[A-Za-z0-9_-]{20}$/.test(client.socket.id), client.socket.connected, client.socket.recovered);
    log(client.socket.id !== client.socket.io.engine.id);
  },
  handshake: async () => {
    const client = new Client('/', { auth: { name: 'me', n: 1, deep: { list: [1, null, 'x'] } }, query: { flavour: 'a b&c' } });
    await client.connected;
    log(await client.ask('handshake'));
  },
  echo: async () => {
    const [client] = await clients(1);
    const values = [
      [], ['text'], [1, 'two', null, true, [3], { four: 5 }], [''], ['"\\\n\t\u0000 ü \u{1F600}'], [{}], [[]], [[[[[]]]]],
      [0, -0, 1.5, -1e21, 123456789012], [{ _not: 'a placeholder', num: 0 }], ['x'.repeat(70_000)],
    ];
    for (const value of values) {
      client.socket.emit('echo', ...value);
      const answer = await client.next();
      log('event', show(answer).slice(0, 200), show(answer).length);
      log('ack', show(await client.ask('echo', ...value)).slice(0, 200));
    }
  },
  bytes: async () => {
    const [client] = await clients(1);
    const values = [
      [Buffer.from([1, 2, 3])], [Buffer.alloc(0)], [{ a: Buffer.from('a'), b: [Buffer.from('b'), 'text', Buffer.from('c')] }, 1],
      [new Uint8Array([4, 5])], [Buffer.alloc(3000, 1), Buffer.alloc(10, 2)],
    ];
    for (const value of values) {
      client.socket.emit('echo', ...value);
      log('event', show(await client.next()).slice(0, 200));
      log('ack', show(await client.ask('echo', ...value)).slice(0, 200));
    }
  },
  values: async () => {
    const [client] = await clients(1);
    client.socket.emit('values');
    for (let i = 0; i < 3; i += 1) {
      log(await client.next());
    }
  },
  'order is kept': async () => {
    const [client] = await clients(1);
    for (let i = 0; i < 200; i += 1) {
      client.socket.emit('echo', i, i % 5 === 0 ? Buffer.from([i]) : 'text');
    }
    let ordered = true;
    for (let i = 0; i < 200; i += 1) {
      ordered = (await client.next())[1] === i && ordered;
    }
    log(ordered);
  },
  rooms: async () => {
    const [a, b, c] = await clients(3);
    log(await a.ask('join', 'red'), await b.ask('join', ['red', 'blue']), await c.ask('join', 'blue'));
    a.socket.emit('say', 'red', 'hello', { n: 1 });
    log('b', await b.next());
    a.socket.emit('say to all in', 'red', 'all');
    log('a', await a.next(), 'b', await b.next());
    a.socket.emit('several', 'red', 'blue');
    log('a', await a.next(), 'b', await b.next(), 'c', await c.next());
    c.socket.emit('say', 'red', Buffer.from('bytes'));
    log('a', await a.next(), 'b', await b.next());
    a.socket.emit('to except', 'red', 'blue');
    log('a', await a.next());
    log(await b.ask('leave', 'red'));
    a.socket.emit('say to all in', 'red', 'left');
    log('a', await a.next());
    log('b once more', await b.ask('echo', b.events.length), 'c', await c.ask('echo', c.events.length));
  },
  broadcasts: async () => {
    const [a, b, c] = await clients(3);
    a.socket.emit('broadcast', 'others');
    log('b', await b.next(), 'c', await c.next());
    b.socket.emit('shout', 'everybody', Buffer.from('x'));
    log('a', await a.next(), 'b', await b.next(), 'c', await c.next());
    await c.ask('join', 'quiet');
    b.socket.emit('except', 'quiet');
    log('a', await a.next(), 'b', await b.next());
    log('a', await a.ask('echo', a.events.length), 'c', await c.ask('echo', c.events.length));
  },
  'a message to oneself': async () => {
    const [a, b] = await clients(2);
    a.socket.emit('say', b.socket.id, 'private');
    log('b', await b.next());
    log('a', await a.ask('echo', a.events.length));
  },
  volatile: async () => {
    const [a] = await clients(1);
    if (mode !== 'polling' && a.socket.io.engine.transport.name !== 'websocket') {
      await new Promise((resolve) => { a.socket.io.engine.once('upgrade', resolve); });
    }
    if (mode !== 'polling') {
      a.socket.emit('volatile');
      log(await a.next());
    }
  },
  'the server asks': async () => {
    const [a, b] = await clients(2);
    a.socket.on('question', (n, ack) => ack(n + 1, 'second', Buffer.from('third')));
    a.socket.emit('ask me');
    log(await a.next());
    a.socket.emit('ask me with a limit', 10_000);
    log(await a.next());
    b.socket.on('question', () => {});
    b.socket.emit('ask me with a limit', 50);
    log(await b.next());
  },
  'the server asks many': async () => {
    const [a, b, c] = await clients(3);
    await Promise.all([a, b, c].map((client) => client.ask('join', 'asked')));
    a.socket.on('question', (room, ack) => ack(`a of ${room}`));
    b.socket.on('question', (room, ack) => ack(`b of ${room}`));
    c.socket.on('question', (room, ack) => ack(`c of ${room}`));
    a.socket.emit('ask', 'asked', 10_000);
    log(await a.next());
    a.socket.emit('ask', 'nobody', 10_000);
    log(await a.next());
    c.socket.off('question');
    a.socket.emit('ask', 'asked', 2_000);
    log(await a.next());
  },
  middleware: async () => {
    const [a] = await clients(1);
    a.socket.emit('forbidden', 'fruit');
    log(await a.next());
    log(await a.ask('echo', 'still there'));
  },
  'any listeners': async () => {
    const [a] = await clients(1);
    await a.ask('any');
    await a.ask('echo', 1, 2);
    a.socket.emit('echo', 3);
    log(await a.next());
    a.socket.emit('nobody listens', 1, 2, 3);
    a.socket.emit('any done');
    log(await a.next());
  },
  'sockets from outside': async () => {
    const [a, b, c] = await clients(3);
    await Promise.all([a, b, c].map((client, i) => client.ask('remember', `value ${i}`)));
    await Promise.all([a, b].map((client) => client.ask('join', 'one')));
    log(await c.ask('fetch', 'one'));
    log(await c.ask('move', 'one', 'two'));
    log(await c.ask('fetch', 'two'));
    c.socket.emit('disconnect room', 'two', false);
    log(await a.disconnected, await b.disconnected);
  },
  namespaces: async () => {
    const manager = new Client('/');
    await manager.connected;
    const chat = new Client('/chat');
    await chat.connected;
    log(await chat.ask('echo', 'in chat'), await chat.ask('count'));
    const shared = manager.socket.io.socket('/chat');
    await new Promise((resolve) => { shared.once('connect', resolve); });
    log(shared.id !== manager.socket.id, shared.nsp);
    shared.disconnect();
    log(await manager.ask('echo', 'still in the main one'));
    const dynamic = new Client('/dynamic-12');
    log(await dynamic.next());
    log(await dynamic.ask('echo', dynamic.socket.nsp));
    const byFunction = new Client('/by-function', { auth: { key: 'open' } });
    log(await byFunction.next());
  },
  'namespaces that are refused': async () => {
    for (const [path, more] of [['/nobody', {}], ['/dynamic-x', {}], ['/by-function-x', { auth: { key: 'open' } }]]) {
      const client = new Client(path, more);
      const error = await client.connected.then(() => null, (refusal) => refusal);
      log(path, error.message, error.data === undefined);
    }
  },
  'a guarded namespace': async () => {
    const bad = new Client('/guarded', { auth: { token: 'bad' } });
    const error = await bad.connected.then(() => null, (refusal) => refusal);
    log(error.message, error.data);
    const good = new Client('/guarded', { auth: { token: 'good' } });
    await good.connected;
    log(await good.next());
  },
  'ways to leave': async () => {
    const [watcher] = await clients(1);
    const leaving = {
      'client.disconnect': (client) => client.socket.disconnect(),
      'engine.close': (client) => client.socket.io.engine.close(),
      'server.disconnect()': (client) => client.socket.emit('disconnect me', false),
      'server.disconnect(true)': (client) => client.socket.emit('disconnect me', true),
      'disconnectSockets()': (client) => client.socket.emit('disconnect room', 'leaving', false),
      'disconnectSockets(true)': (client) => client.socket.emit('disconnect room', 'leaving', true),
    };
    for (const [way, leave] of Object.entries(leaving)) {
      const [client] = await clients(1);
      await client.ask('join', 'leaving');
      leave(client);
      log(way, await client.disconnected, await watcher.gone(client));
    }
  },
  'a malformed packet': async () => {
    const [watcher] = await clients(1);
    const packets = [
      '9', '', 'a', '2', '2{}', '2["connect"]', '2["disconnect"]', '2[null]', '2[{}]', '2[[]]', '2[true]', '2[]', '2"text"',
      '2["a"', '4', '4[]', '5-["a"]', '5x-["a"]', '511-["a"]', '5999999999-["a"]', '1.5', '0[]', '0"x"', '2/nobody,["a"]', '0',
      '3{}', '1{}', '51-["a",{"_placeholder":true,"num":"a"}]',
    ];
    if (mode !== 'msgpack') {
      for (const packet of packets) {
        const client = new Client('/', { auth: { name: `${packet} ${mode}` } });
        client.name = `${packet} ${mode}`;
        await client.connected;
        client.socket.io.engine.write(packet);
        client.socket.io.engine.write(Buffer.from('an attachment, maybe'));
        // Which of two reasons it is depends on whether a GET waits at that moment.
        const lines = (await watcher.gone(client)).map((line) => line.replace('forced server close', 'forced close'));
        log(packet, await client.disconnected !== '', lines);
      }
    }
  },
  'malformed for nobody else': async () => {
    const [a] = await clients(1);
    log(await a.ask('echo', 'fine'));
  },
};

(async () => {
  for (const [name, play] of Object.entries(scenes)) {
    scene = name;
    let deadline;
    try {
      await Promise.race([
        play(),
        new Promise((resolve, reject) => {
          deadline = setTimeout(() => reject(new Error('no end in sight')), PATIENCE_MS);
        }),
      ]);
    } catch (error) {
      log('FAILED', String(error.stack).slice(0, 300));
    }
    clearTimeout(deadline);
    await Promise.all(opened.map((client) => {
      client.socket.disconnect();
      client.socket.io.engine.close();
      return null;
    }));
    opened = [];
  }
  process.exit(0);
})();
