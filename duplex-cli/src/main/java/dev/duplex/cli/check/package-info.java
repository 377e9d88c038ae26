/** What {@code duplex check} prints and writes. */
@NullMarked
package dev.duplex.cli.check;

import org.jspecify.annotations.NullMarked;
