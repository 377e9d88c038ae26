package dev.duplex.conformance;

/** What a case says about the peer, from good to bad. */
public enum Verdict {
    /** As the standard wants it. */
    PASS("pass"),
    /** Allowed, and worth knowing: the standard leaves it open, or the peer has a limit of its own. */
    INFORMATIONAL("informational"),
    /** Against a SHOULD of the standard, or right but later than it could be. */
    NON_STRICT("non-strict"),
    /** The peer does not have what the case needs, such as permessage-deflate or an echo. */
    UNIMPLEMENTED("unimplemented"),
    /** Against the standard; a hang is one, too. */
    FAIL("fail");

    private final String word;

    Verdict(String word) {
        this.word = word;
    }

    /** The verdict in lower case, as reports write it. */
    public String word() {
        return word;
    }
}
