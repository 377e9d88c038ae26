/** The pipes of programs that this process has started, read and written without a thread for each where that can be. */
package dev.duplex.transport.pipe;
