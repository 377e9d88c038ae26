package dev.duplex.cli.connect.terminal;

/** What was typed and ended with Enter. */
sealed interface Input {
    /** Nothing. */
    record Nothing() implements Input {}

    /** A text message. */
    record Message(String text) implements Input {}

    /** A command and what follows it, without space around. */
    record Command(SlashCommand command, String arguments) implements Input {}

    /** It begins like a command and is none. */
    record Unknown(String word) implements Input {}

    String QUOTES = "\"\"\"";

    /**
     * Understands it: {@code /word} is a command, {@code //text} the message {@code /text}, and what stands between three
     * quotes is a message whatever is in it.
     */
    static Input of(String typed) {
        if (typed.isBlank()) {
            return new Nothing();
        }
        if (typed.startsWith(QUOTES)) {
            return new Message(quoted(typed));
        }
        if (typed.startsWith("//")) {
            return new Message(typed.substring(1));
        }
        if (!typed.startsWith("/")) {
            return new Message(typed);
        }
        String[] words = typed.split("\\s+", 2);
        return SlashCommand.named(words[0])
                .<Input>map(command -> new Command(command, words.length == 1 ? "" : words[1].strip()))
                .orElseGet(() -> new Unknown(words[0]));
    }

    /** Whether three quotes were opened and not closed yet, so that Enter begins another line. */
    static boolean isOpen(String typed) {
        return typed.startsWith(QUOTES)
                && (typed.length() < 2 * QUOTES.length()
                        || !typed.stripTrailing().endsWith(QUOTES));
    }

    private static String quoted(String typed) {
        String text = typed.substring(QUOTES.length());
        String end = text.stripTrailing();
        text = end.endsWith(QUOTES) ? end.substring(0, end.length() - QUOTES.length()) : text;
        // The line feeds next to the quotes are there to be read, not to be sent.
        text = text.startsWith("\n") ? text.substring(1) : text;
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
