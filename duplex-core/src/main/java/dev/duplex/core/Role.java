package dev.duplex.core;

/** Which end of the connection we are. The roles differ in masking (RFC 6455 §5.1) and in who closes TCP first (§7.1.1). */
public enum Role {
    /** The end that opened the connection: masks every frame it sends. */
    CLIENT,
    /** The end that accepted it: never masks. */
    SERVER;

    /** Whether frames sent by this role carry a masking key (RFC 6455 §5.1). */
    public boolean masks() {
        return this == CLIENT;
    }

    /** The role of the other end. */
    public Role peer() {
        return this == CLIENT ? SERVER : CLIENT;
    }
}
