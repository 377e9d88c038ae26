package dev.duplex.conformance.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * Parameters of permessage-deflate (RFC 7692 §7.1), told from here so that a case does not know which end it plays.
 *
 * @param peerBits the window that what the peer sends may need, 8 to 15
 * @param ownBits the window that what we send may need, 8 to 15
 * @param peerKeeps whether the peer may use context takeover
 * @param ownKeeps whether we may
 */
public record DeflateTerms(int peerBits, int ownBits, boolean peerKeeps, boolean ownKeeps) {
    public static final DeflateTerms DEFAULT = new DeflateTerms(15, 15, true, true);

    public DeflateTerms peerBits(int bits) {
        return new DeflateTerms(bits, ownBits, peerKeeps, ownKeeps);
    }

    public DeflateTerms ownBits(int bits) {
        return new DeflateTerms(peerBits, bits, peerKeeps, ownKeeps);
    }

    public DeflateTerms peerForgets() {
        return new DeflateTerms(peerBits, ownBits, false, ownKeeps);
    }

    public DeflateTerms ownForgets() {
        return new DeflateTerms(peerBits, ownBits, peerKeeps, false);
    }

    /** These terms as a client offers them. */
    String offer() {
        List<String> parts = new ArrayList<>(List.of("permessage-deflate"));
        if (!peerKeeps) {
            parts.add("server_no_context_takeover");
        }
        if (!ownKeeps) {
            parts.add("client_no_context_takeover");
        }
        if (peerBits < 15) {
            parts.add("server_max_window_bits=" + peerBits);
        }
        parts.add(ownBits < 15 ? "client_max_window_bits=" + ownBits : "client_max_window_bits");
        return String.join("; ", parts);
    }

    /** These terms as a server states them. */
    String answer() {
        List<String> parts = new ArrayList<>(List.of("permessage-deflate"));
        if (!ownKeeps) {
            parts.add("server_no_context_takeover");
        }
        if (!peerKeeps) {
            parts.add("client_no_context_takeover");
        }
        if (ownBits < 15) {
            parts.add("server_max_window_bits=" + ownBits);
        }
        if (peerBits < 15) {
            parts.add("client_max_window_bits=" + peerBits);
        }
        return String.join("; ", parts);
    }

    /** In words: {@code window of the peer 9 bits, no context takeover of the peer}. */
    public String words() {
        List<String> words = new ArrayList<>();
        if (peerBits < 15) {
            words.add("the peer's window " + peerBits + " bits");
        }
        if (ownBits < 15) {
            words.add("our window " + ownBits + " bits");
        }
        if (!peerKeeps) {
            words.add("no context takeover by the peer");
        }
        if (!ownKeeps) {
            words.add("no context takeover by us");
        }
        return words.isEmpty() ? "no parameters" : String.join(", ", words);
    }
}
