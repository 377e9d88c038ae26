package dev.duplex.cli.chat;

import java.text.Normalizer;
import java.util.Locale;

/** Which names members may have, and when two of them are the same. */
final class ChatNames {
    static final int MAX_LENGTH = 32;

    private ChatNames() {}

    /**
     * The name without white space around it.
     *
     * @throws ChatProblem if it is empty, too long, or has characters that do not show
     */
    static String checked(String wanted) throws ChatProblem {
        String name = Normalizer.normalize(wanted.strip(), Normalizer.Form.NFC);
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            throw new ChatProblem(
                    ChatProblem.Code.NAME_INVALID,
                    "A name has 1 to " + MAX_LENGTH + " characters, this one has " + name.length() + ".");
        }
        if (!name.codePoints().allMatch(ChatNames::isAllowed)) {
            throw new ChatProblem(
                    ChatProblem.Code.NAME_INVALID, "A name has no control characters and no half surrogate pairs.");
        }
        if (key(name).isEmpty()) {
            throw new ChatProblem(ChatProblem.Code.NAME_INVALID, "A name has at least one character that shows.");
        }
        return name;
    }

    /** Equal for two names which a reader might take for the same: case, width and invisible characters do not count. */
    static String key(String name) {
        String folded = Normalizer.normalize(name, Normalizer.Form.NFKC)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT);
        StringBuilder visible = new StringBuilder(folded.length());
        folded.codePoints()
                .filter(c -> Character.getType(c) != Character.FORMAT && !isBlank(c))
                .forEach(visible::appendCodePoint);
        return visible.toString();
    }

    private static boolean isAllowed(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                false;
            default -> true;
        };
    }

    /** Fillers of Hangul and the empty Braille pattern are letters and symbols that show nothing. */
    private static boolean isBlank(int c) {
        return Character.isSpaceChar(c) || c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 || c == 0x2800;
    }
}
