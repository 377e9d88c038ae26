// How the chat reaches its server with `duplex chat --socketio`: the official client, which the server has at /socket.io. An
// event is named as the type of a message of duplex-chat.v1, and carries the rest of it.

import { io } from '/socket.io/socket.io.esm.min.js';

export const address = `${location.origin}/socket.io/`;

/** What the page uses of a WebSocket, on a socket of Socket.IO. The page itself decides when to connect again. */
class Connection extends EventTarget {
  #socket;
  #ended = false;

  constructor(room) {
    super();
    this.#socket = io({ forceNew: true, reconnection: false, auth: { room } });
    this.#socket.on('connect', () => this.dispatchEvent(new Event('open')));
    this.#socket.onAny((type, message) => {
      this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify({ ...message, type }) }));
    });
    this.#socket.on('disconnect', (reason) => this.#end(reason === 'io server disconnect' ? 1013 : 1006, ''));
    // What a middleware refuses has data or comes over a connection that is there; anything else may pass by itself.
    this.#socket.on('connect_error', (error) => this.#end(this.#socket.io.engine?.readyState === 'open' ? 1008 : 1006, error.message));
  }

  get readyState() {
    return this.#socket.connected ? WebSocket.OPEN : this.#ended ? WebSocket.CLOSED : WebSocket.CONNECTING;
  }

  send(json) {
    const { type, ...message } = JSON.parse(json);
    this.#socket.emit(type, message);
  }

  close() {
    this.#socket.disconnect();
  }

  #end(code, reason) {
    if (!this.#ended) {
      this.#ended = true;
      this.#socket.disconnect();
      this.dispatchEvent(new CloseEvent('close', { code, reason: code === 1006 ? '' : reason }));
    }
  }
}

/** A connection that has yet to open. */
export function open(room) {
  return new Connection(room);
}
