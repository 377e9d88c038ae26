/**
 * Frames as they stand on the wire, right or wrong: read, written, and shown as text. Nothing here enforces a rule.
 */
@NullMarked
package dev.duplex.conformance.wire;

import org.jspecify.annotations.NullMarked;
