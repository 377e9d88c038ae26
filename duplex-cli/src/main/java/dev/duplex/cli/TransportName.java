package dev.duplex.cli;

import dev.duplex.transport.Transport;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code auto}, {@code io-uring}, {@code epoll}, {@code kqueue} or {@code nio}. */
final class TransportName implements ITypeConverter<Transport> {
    /** What a shell may complete. */
    static final class Words implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Transport.values()).map(TransportName::word).iterator();
        }
    }

    @Override
    public Transport convert(String value) {
        for (Transport transport : Transport.values()) {
            if (word(transport).equals(value.toLowerCase(Locale.ROOT).replace('_', '-'))) {
                return transport;
            }
        }
        throw new TypeConversionException("expected one of "
                + Arrays.stream(Transport.values()).map(TransportName::word).collect(Collectors.joining(", "))
                + " but got '" + value + "'");
    }

    static String word(Transport transport) {
        return transport.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
