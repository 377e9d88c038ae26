package dev.duplex.cli.common;

/** Words that are nearly right. */
public final class Spelling {
    private Spelling() {}

    /** One character more, less or other, or two exchanged. */
    public static boolean isOneSlipAway(String right, String typed) {
        int head = 0;
        while (head < Math.min(right.length(), typed.length()) && right.charAt(head) == typed.charAt(head)) {
            head++;
        }
        int tail = 0;
        while (tail < Math.min(right.length(), typed.length()) - head
                && right.charAt(right.length() - 1 - tail) == typed.charAt(typed.length() - 1 - tail)) {
            tail++;
        }
        String differs = right.substring(head, right.length() - tail);
        String instead = typed.substring(head, typed.length() - tail);
        return Math.max(differs.length(), instead.length()) <= 1
                || (differs.length() == 2
                        && new StringBuilder(differs).reverse().toString().equals(instead));
    }
}
