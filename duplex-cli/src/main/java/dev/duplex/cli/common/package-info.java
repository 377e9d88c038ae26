/** What the verbs have in common: how they connect, how they end, and how they read what is typed. */
package dev.duplex.cli.common;
