package dev.duplex.client;

/** The form in which {@link MessageEvent#data} has a binary message. */
public enum BinaryType {
    /** A {@link Blob}. */
    BLOB("blob"),
    /** An array of bytes, which is the event's own. */
    ARRAYBUFFER("arraybuffer");

    private final String value;

    BinaryType(String value) {
        this.value = value;
    }

    /** The string that stands for it in the standard: {@code blob} or {@code arraybuffer}. */
    @Override
    public String toString() {
        return value;
    }
}
