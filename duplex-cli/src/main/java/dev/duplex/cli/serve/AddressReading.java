package dev.duplex.cli.serve;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Messages of which each begins with the name of the client that it is for, and a space; {@code *} is everybody. */
final class AddressReading implements Decoder.Reading {
    private final MessageType type;

    AddressReading(MessageType type) {
        this.type = type;
    }

    /** The name comes off the bytes: it is none of the message, which may be binary. */
    @Override
    public ProgramMessage of(byte[] bytes) throws FramingException {
        int space = 0;
        while (space < bytes.length && bytes[space] != ' ') {
            space++;
        }
        String to = new String(bytes, 0, space, StandardCharsets.UTF_8);
        ProgramMessage rest = type.of(Arrays.copyOfRange(bytes, Math.min(space + 1, bytes.length), bytes.length));
        return to.equals("*") ? rest : new ProgramMessage.To(to, rest);
    }
}
