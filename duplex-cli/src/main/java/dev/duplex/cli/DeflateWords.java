package dev.duplex.cli;

import dev.duplex.cli.common.ByteSize;
import dev.duplex.core.deflate.DeflateOptions;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code on}, {@code off}, {@code dedicated} and {@code min:1k}, the shortest message that is compressed. */
final class DeflateWords implements ITypeConverter<DeflateOptions> {
    /** What a shell may complete. */
    static final class Words implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("on", "off", "dedicated", "min:").iterator();
        }
    }

    @Override
    public DeflateOptions convert(String value) {
        String word = value.toLowerCase(Locale.ROOT);
        if (word.startsWith("min:")) {
            long bytes = new ByteSize().convert(word.substring("min:".length()));
            return DeflateOptions.SHARED.withThreshold((int) Math.min(Integer.MAX_VALUE, bytes));
        }
        return switch (word) {
            case "on" -> DeflateOptions.SHARED;
            case "off" -> DeflateOptions.DISABLED;
            case "dedicated" -> DeflateOptions.DEDICATED;
            default ->
                throw new TypeConversionException("expected on, off, dedicated or min:SIZE but got '" + value + "'");
        };
    }
}
