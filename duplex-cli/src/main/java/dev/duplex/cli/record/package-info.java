/**
 * Recordings of conversations: one JSON object in each line, written by {@link dev.duplex.cli.record.RecordWriter} and
 * read by {@link dev.duplex.cli.record.RecordReader}; {@code duplex replay} plays them.
 *
 * <p>The first line says what the file is, {@code {"duplex":"recording","version":1,"started":"…","url":"…"}}; the URL is
 * without its user and query, in which secrets travel. Each further line is an event: {@code t}, seconds since the start;
 * {@code dir}, {@code "out"} for what we have sent and {@code "in"} for what has come; {@code type}; and what belongs to
 * the type:
 *
 * <ul>
 *   <li>{@code open}: {@code subprotocol} and {@code extensions}
 *   <li>{@code text}: {@code data}
 *   <li>{@code binary}, {@code ping}, {@code pong}: {@code base64}
 *   <li>{@code close}: {@code code} and {@code reason}; code 1006 if the connection was lost
 *   <li>{@code error}: {@code message}
 * </ul>
 *
 * A reader ignores fields that it does not know. What a reader of version 1 would misunderstand is version 2.
 */
@NullMarked
package dev.duplex.cli.record;

import org.jspecify.annotations.NullMarked;
