/** The way around the protocol, for those who show and test what a broken peer does. Open to named modules only. */
package dev.duplex.server.internal.raw;
