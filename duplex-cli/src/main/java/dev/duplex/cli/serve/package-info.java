/** {@code duplex serve}: sessions on one side, programs on the other. */
package dev.duplex.cli.serve;
