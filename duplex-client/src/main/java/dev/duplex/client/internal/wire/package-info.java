/** What the command shows of the wire, past the API; open to the command. */
package dev.duplex.client.internal.wire;
