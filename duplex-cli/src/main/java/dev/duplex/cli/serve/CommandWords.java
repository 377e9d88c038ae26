package dev.duplex.cli.serve;

import java.util.ArrayList;
import java.util.List;

/** Reads a command that stands in one string, as in {@code --route '/log=tail -f x.log'}. */
public final class CommandWords {
    /** What a shell would do something about, and we do not. */
    private static final String SHELL = "|&;<>$`*?(){}";

    private CommandWords() {}

    /**
     * Splits at spaces; quotes and backslashes keep words together as in a shell.
     *
     * @throws IllegalArgumentException if a quote is not closed, or something in it needs a shell
     */
    public static List<String> split(String command) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        char quote = 0;
        for (int i = 0; i < command.length(); i++) {
            char c = command.charAt(i);
            if (quote != 0 && c == quote) {
                quote = 0;
            } else if (c == '\\' && quote != '\'' && i + 1 < command.length()) {
                word = (word == null ? new StringBuilder() : word).append(command.charAt(++i));
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
                word = word == null ? new StringBuilder() : word;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
            } else if (quote != '\'' && SHELL.indexOf(c) >= 0 && (quote == 0 || c == '$' || c == '`')) {
                throw new IllegalArgumentException(
                        "'" + c + "' in " + command + " is for a shell: add --shell, or quote it");
            } else {
                word = (word == null ? new StringBuilder() : word).append(c);
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("the quote " + quote + " in " + command + " is not closed");
        }
        if (word != null) {
            words.add(word.toString());
        }
        if (words.isEmpty()) {
            throw new IllegalArgumentException("expected a command but got nothing");
        }
        return words;
    }
}
