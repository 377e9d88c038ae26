/** A raw Engine.IO server, without Socket.IO on top, and the settings that both share. */
package dev.duplex.socketio.engine;
