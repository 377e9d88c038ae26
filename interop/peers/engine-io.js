// What engine.io-client tries with an Engine.IO server of the commands of engine-io-server.js.
// Prints a line for each check: "ok NAME", or "not ok NAME: why".
// usage: node engine-io.js http://HOST:PORT http://HOST:PORT-OF-A-SERVER-WITH-A-QUICK-HEARTBEAT
'use strict';

const assert = require('node:assert/strict');
const { Socket } = require('engine.io-client');

const [base, quick] = process.argv.slice(2);
const PATIENCE_MS = 30_000;
const WIDE = '\u{1D11E} \u{1F600} 日本語 é \u{10FFFF} \u001f "quoted" \\ \\n b4AAA= 4';
const everyByte = () => Buffer.from(Array.from({ length: 1024 }, (_, i) => (i * 167) % 256));
let names = 0;

class Client {
  constructor(options = {}, url = base) {
    names += 1;
    this.name = `client${process.pid}-${names}`;
    this.messages = [];
    this.waiting = [];
    this.pings = 0;
    this.socket = new Socket(url, { ...options, query: { name: this.name } });
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', (error) => reject(new Error(`${error.message}: ${error.description}`)));
    });
    this.opened.catch(() => {});
    this.upgraded = new Promise((resolve) => { this.socket.once('upgrade', resolve); });
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (reason, description) => resolve({ reason, description }));
    });
    this.socket.on('ping', () => { this.pings += 1; });
    this.socket.on('message', (data) => {
      const waiting = this.waiting.shift();
      if (waiting) {
        waiting(data);
      } else {
        this.messages.push(data);
      }
    });
  }

  next() {
    if (this.messages.length > 0) {
      return Promise.resolve(this.messages.shift());
    }
    return this.unlessClosed(new Promise((resolve) => { this.waiting.push(resolve); }));
  }

  unlessClosed(promise) {
    return Promise.race([
      promise,
      this.closed.then(({ reason }) => Promise.reject(new Error(`closed: ${reason}`))),
    ]);
  }

  async echoes(data) {
    this.socket.send(data);
    const answer = await this.next();
    assert.equal(typeof answer, typeof data);
    assert.ok(typeof data === 'string' ? answer === data : Buffer.from(answer).equals(data), 'what came back differs');
  }

  async transport() {
    this.socket.send('!transport');
    return this.next();
  }

  /** The reason for which the server saw a client go. */
  async reasonOf(other) {
    this.socket.send(`!closed ${other.name}`);
    return (await this.next()).replace(`closed ${other.name}: `, '');
  }
}

const transports = {
  polling: { transports: ['polling'] },
  websocket: { transports: ['websocket'] },
  'polling, then websocket': {},
};

const checks = {};

for (const [name, options] of Object.entries(transports)) {
  const check = (title, run) => {
    checks[`${name}: ${title}`] = async () => {
      const client = new Client(options);
      await client.opened;
      await run(client);
      client.socket.close();
      await client.closed;
    };
  };
  check('handshake', async (client) => {
    assert.match(client.socket.id, /^[A-Za-z0-9_-]{20}$/);
    assert.equal(client.socket._pingInterval, 25_000);
    assert.equal(client.socket._pingTimeout, 20_000);
    assert.equal(client.socket._maxPayload, 1_000_000);
    if (name === 'polling, then websocket') {
      await client.upgraded;
    }
    assert.equal(await client.transport(), name.endsWith('websocket') ? 'websocket' : 'polling');
  });
  check('text', async (client) => {
    await client.echoes('hello');
    await client.echoes(WIDE);
    await client.echoes(WIDE.repeat(3_000));
  });
  check('bytes', async (client) => {
    await client.echoes(everyByte());
    await client.echoes(Buffer.from([0x1e, 0x34, 0x62]));
    await client.echoes(Buffer.concat(Array(200).fill(everyByte())));
  });
  check('text and bytes in the order in which they were sent', async (client) => {
    const sent = Array.from({ length: 500 }, (_, i) => (i % 7 === 3 ? Buffer.from([i % 256, 4]) : `message ${i}`));
    sent.forEach((data) => client.socket.send(data));
    for (const data of sent) {
      assert.deepEqual(await client.next(), data);
    }
  });
  check('what the server sends in a row', async (client) => {
    client.socket.send('!many 1000');
    for (let i = 0; i < 1000; i += 1) {
      assert.deepEqual(await client.next(), i % 10 === 9 ? Buffer.from([i % 256]) : `message ${i}`);
    }
  });
  check('three messages that are too large for one request', async (client) => {
    ['a', 'b', 'c'].forEach((letter) => client.socket.send(letter.repeat(400_000)));
    for (const letter of ['a', 'b', 'c']) {
      assert.equal(await client.next(), letter.repeat(400_000));
    }
  });
  check('a message of four megabytes from the server', async (client) => {
    client.socket.send('!large 4000000');
    assert.equal((await client.next()).length, 4_000_000);
  });
  check('a message that is too large ends the connection', async (client) => {
    await (name.includes('then') ? client.upgraded : null);
    client.socket.send('x'.repeat(1_000_001));
    const { reason, description } = await client.closed;
    if (name === 'polling') {
      assert.equal(reason, 'transport error');
      assert.equal(description.description, 413);
    } else {
      assert.equal(reason, 'transport close');
      const watcher = new Client();
      assert.equal(await watcher.reasonOf(client), 'transport error');
      watcher.socket.close();
    }
  });
  check('the client ends', async (client) => {
    client.socket.close();
    assert.equal((await client.closed).reason, 'forced close');
    const watcher = new Client();
    assert.equal(await watcher.reasonOf(client), 'transport close');
    watcher.socket.close();
  });
  check('the server ends', async (client) => {
    client.socket.send('!close');
    assert.equal((await client.closed).reason, 'transport close');
    const watcher = new Client();
    assert.equal(await watcher.reasonOf(client), 'forced close');
    watcher.socket.close();
  });
  check('the server ends after some words', async (client) => {
    client.socket.send('!farewell');
    assert.equal(await client.next(), 'last words');
    assert.equal((await client.closed).reason, 'transport close');
  });
  check('the server ends at once', async (client) => {
    client.socket.send('!discard');
    await client.closed;
    const watcher = new Client();
    assert.equal(await watcher.reasonOf(client), 'forced close');
    watcher.socket.close();
  });
  checks[`${name}: heartbeat`] = async () => {
    const client = new Client(options, quick);
    await client.opened;
    while (client.pings < 4) {
      await client.unlessClosed(new Promise((resolve) => { client.socket.once('ping', resolve); }));
    }
    await client.echoes('still there');
    client.socket.close();
  };
  checks[`${name}: a client that does not answer pings`] = async () => {
    const client = new Client(options, quick);
    await client.opened;
    await (name.includes('then') ? client.upgraded : null);
    const send = client.socket._sendPacket;
    client.socket._sendPacket = function (type, ...more) {
      if (type !== 'pong') {
        send.call(this, type, ...more);
      }
    };
    await client.closed;
    const watcher = new Client(options, quick);
    assert.equal(await watcher.reasonOf(client), 'ping timeout');
    watcher.socket.close();
  };
}

checks['messages during the upgrade arrive once and in order'] = async () => {
  const client = new Client();
  await client.opened;
  let sent = 0;
  const timer = setInterval(() => { client.socket.send(`message ${sent}`); sent += 1; }, 1);
  await client.upgraded;
  const upgradedAt = sent;
  while (sent < upgradedAt + 50) {
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  clearInterval(timer);
  for (let i = 0; i < sent; i += 1) {
    assert.equal(await client.next(), `message ${i}`);
  }
  assert.equal(client.socket.transport.name, 'websocket');
  client.socket.close();
};

checks['fifty clients at once'] = async () => {
  const clients = Array.from({ length: 50 }, () => new Client());
  await Promise.all(clients.map(async (client, i) => {
    await client.opened;
    for (let j = 0; j < 20; j += 1) {
      await client.echoes(`${i} ${j}`);
    }
    await client.upgraded;
    await client.echoes(everyByte());
    client.socket.close();
    await client.closed;
  }));
};

(async () => {
  for (const [name, check] of Object.entries(checks)) {
    let deadline;
    try {
      await Promise.race([
        check(),
        new Promise((resolve, reject) => {
          deadline = setTimeout(() => reject(new Error('no end in sight')), PATIENCE_MS);
        }),
      ]);
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`not ok ${name}: ${String(error.stack).slice(0, 500)}`);
    }
    clearTimeout(deadline);
  }
  process.exit(0);
})();
