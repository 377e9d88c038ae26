// How the chat reaches its server: a WebSocket to the page's own address, with the subprotocol duplex-chat.v1. In the place of
// this file `duplex chat --socketio` serves connection-socketio.js.

const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';

export const address = `${scheme}//${location.host}${location.pathname}`;

/** A connection that has yet to open. The address says which room is meant. */
export function open() {
  return new WebSocket(address, 'duplex-chat.v1');
}
