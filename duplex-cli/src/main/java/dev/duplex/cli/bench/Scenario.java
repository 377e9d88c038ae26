package dev.duplex.cli.bench;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the connections do. */
public enum Scenario {
    /** Send messages that the server sends back. */
    ECHO,
    /** Open and close again: how long that takes, and how fast it can be done. */
    CONNECT,
    /** Stay open: what connections cost that say nothing. */
    IDLE,
    /** Some send messages that the server sends to all. */
    BROADCAST,
    /** Listen to what the server sends of its own accord. */
    PUSH,
    /** Come, send one message, get its echo, go, again and again. */
    CHURN;

    /** Whether messages are sent. */
    boolean sends() {
        return this == ECHO || this == BROADCAST || this == CHURN;
    }

    /** As it is typed. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads a word. */
    public static final class Converter implements ITypeConverter<Scenario> {
        @Override
        public Scenario convert(String value) {
            for (Scenario scenario : values()) {
                if (scenario.word().equals(value.toLowerCase(Locale.ROOT))) {
                    return scenario;
                }
            }
            throw new TypeConversionException("expected one of "
                    + Stream.of(values()).map(Scenario::word).collect(Collectors.joining(", ")) + " but got '" + value
                    + "'");
        }
    }
}
