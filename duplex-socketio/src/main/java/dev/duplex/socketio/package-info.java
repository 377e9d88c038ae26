/** A Socket.IO server for the official clients, with the names of its JavaScript API. */
package dev.duplex.socketio;
