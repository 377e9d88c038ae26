/**
 * {@code duplex bench}: load for one's own server, and what it made of it. Everything about a connection happens on the
 * thread of its {@link dev.duplex.cli.bench.Lane}; the thread that waits for the end collects from there once a second.
 */
package dev.duplex.cli.bench;
