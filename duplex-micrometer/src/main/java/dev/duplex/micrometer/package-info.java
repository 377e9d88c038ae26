/** The server's metrics in a Micrometer registry. */
package dev.duplex.micrometer;
