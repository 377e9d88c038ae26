package dev.duplex.cli.chat;

import java.util.Locale;

/** What a member did wrong, told to that member and to nobody else. The connection stays open. */
final class ChatProblem extends Exception {
    private static final long serialVersionUID = 1L;

    /** The codes of the protocol's {@code error} message. */
    enum Code {
        NAME_INVALID,
        NAME_TAKEN,
        TEXT_TOO_LONG,
        TOO_FAST,
        BAD_MESSAGE;

        /** As it stands in the protocol, such as {@code name-invalid}. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Code code;

    ChatProblem(Code code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    Code code() {
        return code;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
