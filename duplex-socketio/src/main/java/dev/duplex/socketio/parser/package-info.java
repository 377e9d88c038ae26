/** How packets of Socket.IO become messages of Engine.IO: the default parser, and the SPI for others. */
package dev.duplex.socketio.parser;
