package dev.duplex.cli.echo;

import dev.duplex.server.BadRequestException;
import dev.duplex.server.Query;
import dev.duplex.server.Session;
import dev.duplex.server.internal.raw.RawBytes;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Collectors;

/** Sends a frame that no server may send. A client that goes on as if nothing had happened is broken: its messages are echoed. */
final class BadFrame extends Echo {
    /** The ways to be wrong. */
    enum Kind {
        /** A reserved bit without an extension that gives it a meaning: RFC 6455 §5.2. */
        RSV1("c105 68656c6c6f"),
        /** An opcode that is reserved: RFC 6455 §5.2. */
        OPCODE("8305 68656c6c6f"),
        /** A masked frame from a server: RFC 6455 §5.1. */
        MASKED("8185 37fa213d 5f9f4d5158"),
        /** A close frame with half a code: RFC 6455 §5.5.1. */
        UNFINISHED_CLOSE("8801 03"),
        /** Text that is not UTF-8: RFC 6455 §8.1. */
        UTF8("8103 fffefd"),
        /** A 64-bit length with its highest bit set: RFC 6455 §5.2. */
        LENGTH("827f 8000000000000005 68656c6c6f"),
        /** A control frame that claims to be continued: RFC 6455 §5.5. */
        FRAGMENTED_PING("0905 68656c6c6f"),
        /** A continuation of nothing: RFC 6455 §5.4. */
        CONTINUATION("8005 68656c6c6f");

        private final byte[] frame;

        Kind(String hex) {
            this.frame = HexFormat.of().parseHex(hex.replace(" ", ""));
        }

        /** As the query parameter has it, such as {@code unfinished-close}. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        byte[] frame() {
            return frame.clone();
        }
    }

    private final Kind kind;

    BadFrame(Query query) {
        String word = query.first("kind").orElse(Kind.RSV1.word());
        this.kind = Arrays.stream(Kind.values())
                .filter(candidate -> candidate.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new BadRequestException("expected for the query parameter kind one of "
                        + Arrays.stream(Kind.values()).map(Kind::word).collect(Collectors.joining(", "))));
    }

    @Override
    public void onOpen(Session session) {
        RawBytes.send(session, kind.frame());
    }
}
