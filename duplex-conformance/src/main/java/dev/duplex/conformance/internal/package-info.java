/** Runs the cases: connections, what comes on them, and what is thought of it. */
@NullMarked
package dev.duplex.conformance.internal;

import org.jspecify.annotations.NullMarked;
