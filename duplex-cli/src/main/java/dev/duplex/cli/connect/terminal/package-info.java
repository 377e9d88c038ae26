/**
 * {@code duplex connect} between a keyboard and a screen: a line editor below, the conversation above. The only package
 * that knows JLine's reader.
 *
 * <p>What a peer sends is never written to the terminal as it is: all of it goes through {@code Escapes}.
 */
@NullMarked
package dev.duplex.cli.connect.terminal;

import org.jspecify.annotations.NullMarked;
