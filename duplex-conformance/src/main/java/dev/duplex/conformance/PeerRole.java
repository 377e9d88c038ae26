package dev.duplex.conformance;

/** Which end of a connection is checked. */
public enum PeerRole {
    SERVER,
    CLIENT
}
