/** What Engine.IO and Socket.IO share: threads, time, ids. */
package dev.duplex.socketio.internal;
