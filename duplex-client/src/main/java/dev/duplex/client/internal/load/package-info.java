/**
 * Connections by the thousand for {@code duplex bench}, past the WebSocket object of the standard: no event, no task and no
 * copy per message; open to the command.
 */
package dev.duplex.client.internal.load;
