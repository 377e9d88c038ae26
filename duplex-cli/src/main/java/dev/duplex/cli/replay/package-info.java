/** {@code duplex replay}: plays a recording to a server, and judges the answers by it. */
@NullMarked
package dev.duplex.cli.replay;

import org.jspecify.annotations.NullMarked;
