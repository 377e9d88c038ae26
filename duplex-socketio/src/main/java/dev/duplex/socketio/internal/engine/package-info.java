/** Engine.IO without I/O, threads or a clock: packets, payloads, the state of a session. */
package dev.duplex.socketio.internal.engine;
