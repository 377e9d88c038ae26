/** Small programs, each shown in a document; see the tests for the rule that keeps the two alike. */
package dev.duplex.examples;
