package dev.duplex.client.internal;

/** Web IDL's USVString: a string without lone surrogates, so that UTF-8 can express it. */
public final class UsvString {
    private static final char REPLACEMENT = '\uFFFD';

    private UsvString() {}

    /** The text with U+FFFD in place of each lone surrogate. */
    public static String of(String text) {
        StringBuilder changed = null;
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            if (i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (changed == null) {
                changed = new StringBuilder(text);
            }
            changed.setCharAt(i, REPLACEMENT);
        }
        return changed == null ? text : changed.toString();
    }
}
