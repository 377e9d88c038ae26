package dev.duplex.cli.serve;

/**
 * How messages stand in what a program reads and writes.
 *
 * @param frame what separates them
 * @param keepCarriageReturn whether the CR of a line that ends with CR LF belongs to the message
 * @param dropTail whether the last bytes are dropped if nothing ends them
 * @param newlineIn what becomes of a newline within a message for the program
 * @param badUtf8 what becomes of bytes that are no UTF-8 where text is wanted
 * @param type text or binary
 * @param maxBytes the longest message of the program
 * @param splitLong whether a longer one becomes several; otherwise it is the end
 */
public record FrameOptions(
        Frame frame,
        boolean keepCarriageReturn,
        boolean dropTail,
        NewlineIn newlineIn,
        BadUtf8 badUtf8,
        Type type,
        int maxBytes,
        boolean splitLong) {

    /** A text message for each line. */
    public static final FrameOptions LINES =
            new FrameOptions(Frame.lines, false, false, NewlineIn.split, BadUtf8.replace, Type.text, 1 << 20, false);

    /** What separates messages. */
    public enum Frame {
        /** A newline. */
        lines,
        /** A NUL byte. */
        nul,
        /** Nothing: what one read gives is a message. */
        chunk,
        /** Each after its length, 4 bytes, the most significant first. */
        len32,
        /** One JSON object in each line. */
        ndjson
    }

    /** What becomes of a newline within a message for a program that reads lines. */
    public enum NewlineIn {
        /** The program reads several lines. */
        split,
        /** It is written as a backslash and an n, and a backslash as two. */
        escape,
        /** It is written as a space. */
        space,
        /** The client is closed with 1007. */
        reject
    }

    /** What becomes of bytes that are no UTF-8 where text is wanted. */
    public enum BadUtf8 {
        /** U+FFFD stands for them. */
        replace,
        /** They are sent as a binary message. */
        binary,
        /** The client is closed with 1007. */
        close
    }

    /** What a program's messages are. */
    public enum Type {
        text,
        binary,
        /** Text where it is UTF-8. */
        auto
    }

    /** These with another length of messages. */
    public FrameOptions withMaxBytes(int bytes) {
        return new FrameOptions(frame, keepCarriageReturn, dropTail, newlineIn, badUtf8, type, bytes, splitLong);
    }
}
