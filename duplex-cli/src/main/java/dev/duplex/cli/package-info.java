/** One class per verb of the {@code duplex} command, and {@code Main} that lists them. */
package dev.duplex.cli;
