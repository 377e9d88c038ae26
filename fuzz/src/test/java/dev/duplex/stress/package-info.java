/**
 * What several threads do to one object at a time, in small states: jcstress runs each of them very often and fails on an
 * outcome that is not among those which are named here. {@code scripts/jcstress} runs them.
 */
@NullMarked
package dev.duplex.stress;

import org.jspecify.annotations.NullMarked;
