/**
 * Fuzz targets for Jazzer. The build replays the inputs in {@code src/test/resources}; {@code scripts/fuzz} looks for new
 * ones. Targets for what is package-private stand in its package.
 */
@NullMarked
package dev.duplex.fuzz;

import org.jspecify.annotations.NullMarked;
