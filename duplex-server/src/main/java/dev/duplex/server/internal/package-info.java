/** How the server does it; not exported. */
package dev.duplex.server.internal;
