package dev.duplex.cli.connect.terminal;

import dev.duplex.core.CloseCode;

/** What a close code says, for those who do not know the list (RFC 6455 §7.4 and the IANA registry). */
final class CloseWords {
    private static final int REGISTERED = 3000;
    private static final int PRIVATE = 4000;

    private CloseWords() {}

    static String of(int code) {
        return switch (code) {
            case CloseCode.NORMAL -> "the purpose is fulfilled";
            case CloseCode.GOING_AWAY -> "it goes away: a server that goes down, or a page that is left";
            case CloseCode.PROTOCOL_ERROR -> "it says that we broke the protocol";
            case CloseCode.UNSUPPORTED_DATA -> "it cannot accept this type of data, such as binary for text";
            case CloseCode.NO_STATUS -> "no code was given";
            case CloseCode.ABNORMAL -> "the connection ended without a close frame";
            case CloseCode.INVALID_PAYLOAD -> "data that does not fit its type, such as text that is not UTF-8";
            case CloseCode.POLICY_VIOLATION -> "against its policy: often missing rights, or too many messages";
            case CloseCode.MESSAGE_TOO_BIG -> "a message was larger than it accepts";
            case CloseCode.MANDATORY_EXTENSION -> "an extension was missing";
            case CloseCode.INTERNAL_ERROR -> "something went wrong in the server";
            case CloseCode.SERVICE_RESTART -> "it restarts: connect again in a moment";
            case CloseCode.TRY_AGAIN_LATER -> "overloaded, or we read too slowly: try again later";
            case CloseCode.BAD_GATEWAY -> "a gateway got an invalid answer from behind it";
            default -> {
                if (code >= PRIVATE) {
                    yield "an application's own code: its documentation says what it means";
                }
                yield code >= REGISTERED
                        ? "a code of a library or framework, registered with IANA"
                        : "a code without a meaning yet";
            }
        };
    }
}
