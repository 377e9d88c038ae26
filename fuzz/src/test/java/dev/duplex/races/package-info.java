/** Many threads on one connection. {@code scripts/races} runs as many rounds as wanted. */
@NullMarked
package dev.duplex.races;

import org.jspecify.annotations.NullMarked;
