package dev.duplex.server.internal;

import org.jspecify.annotations.Nullable;

/**
 * A message for the members of a topic.
 *
 * @param payload shared by all loops and by every session for which it waits; nobody changes it
 * @param except the session that does not get it
 * @param key under the policy CONFLATE, what makes it replace an earlier one that still waits
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Publication(
        Topic topic,
        boolean text,
        byte[] payload,
        @Nullable ServerSession except,
        @Nullable Object key) {}
