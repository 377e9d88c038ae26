/** The chat of {@code duplex chat}: rooms, their members and the protocol {@code duplex-chat.v1}. */
package dev.duplex.cli.chat;
