// The clients of bench-socketio: packets of Socket.IO over bare WebSockets, so that one core drives any server here. Takes
// commands in lines, and answers each with a line of JSON.
//   connect N        so many clients in the main namespace, in room "room" if N is followed by "room"
//   echo SECONDS     each has 16 events in flight that are acknowledged
//   say SECONDS      the first says something to the room, and again when all have heard it
//   drop             all go
'use strict';

const { createRequire } = require('module');
const path = require('path');
const readline = require('readline');

const peers = createRequire(path.join(__dirname, '../../interop/peers/package.json'));
const { WebSocket } = peers('ws');

const url = `ws://127.0.0.1:${process.argv[2]}/socket.io/?EIO=4&transport=websocket`;
const IN_FLIGHT = 16;
const TEXT = 'twenty bytes of text';
const AT_ONCE = 50;
let clients = [];

class Client {
  constructor() {
    this.socket = new WebSocket(url, { perMessageDeflate: false });
    this.acks = new Map();
    this.nextAck = 1;
    this.heard = () => {};
    this.connected = new Promise((resolve, reject) => {
      this.socket.on('error', reject);
      this.socket.on('message', (data) => {
        const packet = data.toString();
        if (packet[0] === '0') {
          this.socket.send('40');
        } else if (packet[0] === '2') {
          this.socket.send('3');
        } else if (packet.startsWith('40')) {
          resolve();
        } else if (packet.startsWith('43')) {
          const bracket = packet.indexOf('[');
          const id = Number(packet.slice(2, bracket));
          const done = this.acks.get(id);
          this.acks.delete(id);
          done(packet.slice(bracket));
        } else if (packet.startsWith('42')) {
          this.heard(packet);
        }
      });
    });
  }

  ask(event, text) {
    return new Promise((resolve) => {
      const id = this.nextAck;
      this.nextAck += 1;
      this.acks.set(id, resolve);
      this.socket.send(`42${id}["${event}","${text}"]`);
    });
  }
}

async function connect(count, room) {
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - clients.length) }, () => new Client());
    await Promise.all(some.map((client) => client.connected));
    if (room) {
      await Promise.all(some.map((client) => client.ask('join', 'room')));
    }
    clients.push(...some);
  }
  return { clients: clients.length };
}

async function echo(seconds) {
  const end = performance.now() + seconds * 1000;
  let messages = 0;
  await Promise.all(clients.flatMap((client) => Array.from({ length: IN_FLIGHT }, async () => {
    while (performance.now() < end) {
      const answer = await client.ask('echo', TEXT);
      if (answer !== `["${TEXT}"]`) {
        throw new Error(`expected what was sent but got ${answer}`);
      }
      messages += 1;
    }
  })));
  return { messages };
}

async function say(seconds) {
  const end = performance.now() + seconds * 1000;
  const expected = `42["said","${TEXT}"]`;
  let messages = 0;
  while (performance.now() < end) {
    await new Promise((resolve, reject) => {
      let missing = clients.length;
      for (const client of clients) {
        client.heard = (packet) => {
          if (packet !== expected) {
            reject(new Error(`expected ${expected} but got ${packet}`));
          }
          missing -= 1;
          if (missing === 0) {
            resolve();
          }
        };
      }
      clients[0].socket.send(`42["say","${TEXT}"]`);
    });
    messages += clients.length;
  }
  return { messages };
}

async function drop() {
  const gone = clients.map((client) => new Promise((resolve) => { client.socket.on('close', resolve); }));
  clients.forEach((client) => client.socket.close());
  clients = [];
  await Promise.all(gone);
  return {};
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [verb, amount, room] = line.split(' ');
    const result = verb === 'connect' ? await connect(Number(amount), room)
      : verb === 'echo' ? await echo(Number(amount))
        : verb === 'say' ? await say(Number(amount))
          : await drop();
    console.log(JSON.stringify(result));
  }
  process.exit(0);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
