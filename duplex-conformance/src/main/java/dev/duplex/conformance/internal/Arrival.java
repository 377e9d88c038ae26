package dev.duplex.conformance.internal;

import dev.duplex.conformance.wire.Frame;
import dev.duplex.conformance.wire.FrameText;
import dev.duplex.conformance.wire.Utf8;
import java.nio.charset.StandardCharsets;

/** What comes from the peer. */
sealed interface Arrival {
    /**
     * A message, put together and inflated.
     *
     * @param compressed whether it was
     */
    record Message(boolean text, byte[] payload, boolean compressed) implements Arrival {
        @Override
        public String toString() {
            String kind = (text ? "text" : "binary") + " message of " + payload.length + " bytes";
            return text && Utf8.isValid(payload)
                    ? kind + ", " + FrameText.quote(new String(payload, StandardCharsets.UTF_8))
                    : kind;
        }
    }

    /** A pong. */
    record Pong(Frame frame) implements Arrival {
        @Override
        public String toString() {
            return frame.toString();
        }
    }

    /** A close frame. */
    record Close(Frame frame) implements Arrival {
        @Override
        public String toString() {
            return frame.toString();
        }
    }

    /** The end of the connection. */
    record End(String how) implements Arrival {
        @Override
        public String toString() {
            return how;
        }
    }

    /** Nothing, for as long as was waited. */
    record Silence(String howLong) implements Arrival {
        @Override
        public String toString() {
            return "nothing for " + howLong;
        }
    }
}
