/** DEFLATE (RFC 1951) where zlib does not say enough: an inflater that tells distances, a deflater that keeps to any window. */
@NullMarked
package dev.duplex.conformance.internal.deflate;

import org.jspecify.annotations.NullMarked;
