package dev.duplex.cli.serve;

import org.jspecify.annotations.Nullable;

/** Messages of which each begins with the name of the client that it is for, and a space; {@code *} is everybody. */
final class TaggedDecoder implements Decoder {
    private final Decoder messages;

    TaggedDecoder(Decoder messages) {
        this.messages = messages;
    }

    @Override
    public void add(byte[] bytes, int length) {
        messages.add(bytes, length);
    }

    @Override
    public @Nullable ProgramMessage next() throws FramingException {
        return addressed(messages.next());
    }

    @Override
    public @Nullable ProgramMessage last() throws FramingException {
        return addressed(messages.last());
    }

    private static @Nullable ProgramMessage addressed(@Nullable ProgramMessage message) {
        if (!(message instanceof ProgramMessage.Text text)) {
            return message;
        }
        int space = text.text().indexOf(' ');
        String to = space < 0 ? text.text() : text.text().substring(0, space);
        ProgramMessage rest =
                new ProgramMessage.Text(space < 0 ? "" : text.text().substring(space + 1));
        return to.equals("*") ? rest : new ProgramMessage.To(to, rest);
    }
}
