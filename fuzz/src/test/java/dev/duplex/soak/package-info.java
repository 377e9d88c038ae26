/** Mixed load with faults, and whether everything it took has come back. {@code scripts/soak} runs it. */
@NullMarked
package dev.duplex.soak;

import org.jspecify.annotations.NullMarked;
