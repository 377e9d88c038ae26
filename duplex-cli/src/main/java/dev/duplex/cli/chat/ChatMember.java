package dev.duplex.cli.chat;

/**
 * Somebody in a room.
 *
 * @param id the same as long as the connection lasts
 * @param name unique in the room at a time
 */
record ChatMember(String id, String name) {}
