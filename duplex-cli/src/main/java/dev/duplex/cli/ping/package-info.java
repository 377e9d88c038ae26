/** {@code duplex ping}: how long a message takes there and back, and how many are lost. */
@NullMarked
package dev.duplex.cli.ping;

import org.jspecify.annotations.NullMarked;
