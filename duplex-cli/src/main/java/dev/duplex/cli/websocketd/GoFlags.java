package dev.duplex.cli.websocketd;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a command line as Go's package {@code flag} does: {@code -x} is {@code --x}, a value follows after {@code =} or as
 * the next word, a switch takes none or one after {@code =}, and the first word that is no flag, or {@code --}, ends them.
 */
final class GoFlags {
    /** What the value of a flag is. */
    enum Kind {
        SWITCH,
        NUMBER,
        /** Not below zero. */
        COUNT,
        TEXT,
        /** May be given several times; otherwise the last one counts. */
        LIST
    }

    private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    private final Map<String, List<String>> values = new HashMap<>();
    private List<String> rest = List.of();

    private GoFlags() {}

    /**
     * Reads the words.
     *
     * @throws WebsocketdExit for a flag that does not exist or a value of the wrong kind
     */
    static GoFlags parse(Map<String, Kind> kinds, List<String> words) throws WebsocketdExit {
        GoFlags flags = new GoFlags();
        int i = 0;
        while (i < words.size()) {
            String word = words.get(i);
            if (word.length() < 2 || word.charAt(0) != '-') {
                break;
            }
            i++;
            if (word.equals("--")) {
                break;
            }
            i += flags.flag(kinds, word, i < words.size() ? Optional.of(words.get(i)) : Optional.empty());
        }
        flags.rest = List.copyOf(words.subList(i, words.size()));
        return flags;
    }

    /** Reads one flag; answers how many of the following words were its value. */
    private int flag(Map<String, Kind> kinds, String word, Optional<String> next) throws WebsocketdExit {
        String bare = word.substring(word.startsWith("--") ? 2 : 1);
        int equals = bare.indexOf('=');
        if (bare.isEmpty() || bare.startsWith("-") || equals == 0) {
            throw wrong("bad flag syntax: " + word);
        }
        String name = equals < 0 ? bare : bare.substring(0, equals);
        Kind kind = kinds.get(name);
        if (kind == null) {
            throw wrong("flag provided but not defined: -" + name);
        }
        if (equals >= 0) {
            put(name, kind, bare.substring(equals + 1));
            return 0;
        }
        if (kind == Kind.SWITCH) {
            put(name, kind, "true");
            return 0;
        }
        put(name, kind, next.orElseThrow(() -> wrong("flag needs an argument: -" + name)));
        return 1;
    }

    private void put(String name, Kind kind, String value) throws WebsocketdExit {
        if (kind == Kind.SWITCH && !TRUE.contains(value) && !FALSE.contains(value)) {
            throw wrong("invalid boolean value \"" + value + "\" for -" + name + ": parse error");
        }
        if (kind == Kind.NUMBER || kind == Kind.COUNT) {
            String problem = problem(value, kind);
            if (!problem.isEmpty()) {
                throw wrong("invalid value \"" + value + "\" for flag -" + name + ": " + problem);
            }
        }
        List<String> all = values.computeIfAbsent(name, key -> new ArrayList<>());
        if (kind != Kind.LIST) {
            all.clear();
        }
        all.add(value);
    }

    private static String problem(String value, Kind kind) {
        try {
            BigInteger number = number(value);
            return kind == Kind.COUNT && number.signum() < 0
                    ? "parse error"
                    : number.abs().compareTo(MOST) > 0 ? "value out of range" : "";
        } catch (NumberFormatException e) {
            return "parse error";
        }
    }

    /** As Go reads a literal: 0x, 0o and 0b, a leading zero for octal, and underscores between digits. */
    private static BigInteger number(String text) {
        boolean negative = text.startsWith("-");
        String digits = text.replaceFirst("^[+-]", "");
        int base = 10;
        if (digits.matches("0[xX].*")) {
            base = 16;
        } else if (digits.matches("0[bB].*")) {
            base = 2;
        } else if (digits.matches("0[oO].*")) {
            base = 8;
        }
        String plain = base == 10 ? digits : digits.substring(2);
        if (base == 10 && plain.length() > 1 && plain.startsWith("0")) {
            base = 8;
        }
        if (!plain.matches("[0-9a-fA-F](_?[0-9a-fA-F])*")) {
            throw new NumberFormatException(text);
        }
        BigInteger value = new BigInteger(plain.replace("_", ""), base);
        return negative ? value.negate() : value;
    }

    private static WebsocketdExit wrong(String message) {
        return new WebsocketdExit(WebsocketdExit.FLAG, message);
    }

    boolean isOn(String name) {
        return values.containsKey(name) && TRUE.contains(values.get(name).get(0));
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).map(all -> all.get(0)).filter(value -> !value.isEmpty());
    }

    List<String> list(String name) {
        return List.copyOf(values.getOrDefault(name, List.of()));
    }

    /** The number, or what stands for none. */
    long number(String name, long fallback) {
        return values.containsKey(name) ? number(values.get(name).get(0)).longValueExact() : fallback;
    }

    /** What follows the flags. */
    List<String> rest() {
        return rest;
    }
}
