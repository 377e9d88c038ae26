/**
 * permessage-deflate (RFC 7692): negotiation for both roles, and the transformation of payloads.
 *
 * <p>An event loop owns one {@link dev.duplex.core.deflate.DeflateResources}; each connection that agreed on the
 * extension owns one {@link dev.duplex.core.deflate.PerMessageDeflate} and closes it.
 */
@NullMarked
package dev.duplex.core.deflate;

import org.jspecify.annotations.NullMarked;
