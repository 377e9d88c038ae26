package dev.duplex.client.internal.load;

import io.netty.buffer.ByteBuf;

/** A payload that messages are compared with, eight bytes at a time. */
public final class Expected {
    private final long[] words;
    private final byte[] rest;

    public Expected(byte[] payload) {
        words = new long[payload.length / Long.BYTES];
        for (int i = 0; i < words.length; i++) {
            long word = 0;
            for (int j = 0; j < Long.BYTES; j++) {
                word = word << Byte.SIZE | (payload[Long.BYTES * i + j] & 0xFF);
            }
            words[i] = word;
        }
        rest = new byte[payload.length % Long.BYTES];
        System.arraycopy(payload, payload.length - rest.length, rest, 0, rest.length);
    }

    boolean is(ByteBuf buffer, int index, int length) {
        if (length != Long.BYTES * words.length + rest.length) {
            return false;
        }
        int at = index;
        for (long word : words) {
            if (buffer.getLong(at) != word) {
                return false;
            }
            at += Long.BYTES;
        }
        for (byte octet : rest) {
            if (buffer.getByte(at++) != octet) {
                return false;
            }
        }
        return true;
    }
}
