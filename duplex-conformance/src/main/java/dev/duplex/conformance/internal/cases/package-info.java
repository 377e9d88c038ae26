/** The cases, one class for each group, readable as a specification. */
@NullMarked
package dev.duplex.conformance.internal.cases;

import org.jspecify.annotations.NullMarked;
