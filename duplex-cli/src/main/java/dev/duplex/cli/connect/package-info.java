/** {@code duplex connect}, where it is not between two terminals: exact, for pipes and scripts. */
package dev.duplex.cli.connect;
