/** How a client finds its server and opens a connection; not for use from outside. */
package dev.duplex.client.internal;
