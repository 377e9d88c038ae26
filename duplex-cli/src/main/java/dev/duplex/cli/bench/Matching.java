package dev.duplex.cli.bench;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How it is known which message is answered by one that comes; read from {@code seq}, {@code json:path} or {@code none}. */
public sealed interface Matching {
    /** Answers come in the order of the messages. */
    record InOrder() implements Matching {}

    /** The answer has the number of the message; other messages may come in between. */
    record ByNumber(JsonNumber at) implements Matching {}

    /** Nobody knows; no latency is measured. */
    record None() implements Matching {}

    /** Reads one. */
    final class Converter implements ITypeConverter<Matching> {
        private static final String JSON = "json:";

        @Override
        public Matching convert(String value) {
            if (value.equals("seq")) {
                return new InOrder();
            } else if (value.equals("none")) {
                return new None();
            } else if (value.startsWith(JSON)) {
                try {
                    return new ByNumber(JsonNumber.at(value.substring(JSON.length())));
                } catch (IllegalArgumentException e) {
                    throw new TypeConversionException(e.getMessage());
                }
            }
            throw new TypeConversionException(
                    "expected seq, json:PATH, such as json:id or json:data.items[0].id, or none, but got '" + value
                            + "'");
        }
    }
}
