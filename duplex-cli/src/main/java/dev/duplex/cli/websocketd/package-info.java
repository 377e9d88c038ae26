/** {@code duplex websocketd}: the flags, the environment, the log and the exit codes of websocketd before our own core. */
package dev.duplex.cli.websocketd;
