/** The endpoints of {@code duplex echo}, one class each. */
package dev.duplex.cli.echo;
