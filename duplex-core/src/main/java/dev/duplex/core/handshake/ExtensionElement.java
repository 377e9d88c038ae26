package dev.duplex.core.handshake;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One element of {@code Sec-WebSocket-Extensions}: an extension with its parameters, offered or agreed
 * ({@code extension} of RFC 6455 §9.1).
 *
 * @param name the extension, a token such as {@code permessage-deflate}
 * @param parameters the parameters in the order of the message; what a repeated name means is the extension's business
 */
public record ExtensionElement(String name, List<Parameter> parameters) {
    /**
     * Checks the name and copies the list.
     *
     * @throws IllegalArgumentException if the name is not a token
     */
    public ExtensionElement {
        requireToken("an extension's name", name);
        parameters = List.copyOf(parameters);
    }

    /**
     * One parameter.
     *
     * @param name a token
     * @param value a token, or null where there is none; quotes and escapes of the wire are already taken off
     */
    public record Parameter(String name, @Nullable String value) {
        /**
         * Checks both.
         *
         * @throws IllegalArgumentException if the name, or a value there is, is not a token
         */
        public Parameter {
            requireToken("a parameter's name", name);
            if (value != null) {
                requireToken("a parameter's value", value);
            }
        }

        /** As on the wire: {@code name} or {@code name=value}. */
        @Override
        public String toString() {
            return value == null ? name : name + "=" + value;
        }
    }

    /**
     * An extension without parameters.
     *
     * @throws IllegalArgumentException if the name is not a token
     */
    public static ExtensionElement of(String name) {
        return new ExtensionElement(name, List.of());
    }

    /**
     * A copy with one more parameter, without a value.
     *
     * @throws IllegalArgumentException if the name is not a token
     */
    public ExtensionElement with(String parameter) {
        return with(new Parameter(parameter, null));
    }

    /**
     * A copy with one more parameter.
     *
     * @throws IllegalArgumentException if the name or the value is not a token
     */
    public ExtensionElement with(String parameter, String value) {
        return with(new Parameter(parameter, value));
    }

    private ExtensionElement with(Parameter parameter) {
        List<Parameter> more = new ArrayList<>(parameters);
        more.add(parameter);
        return new ExtensionElement(name, more);
    }

    /** As on the wire: {@code name; parameter; parameter=value}. */
    @Override
    public String toString() {
        return name + parameters.stream().map(parameter -> "; " + parameter).collect(Collectors.joining());
    }

    private static void requireToken(String what, String text) {
        if (!Grammar.isToken(text)) {
            throw new IllegalArgumentException(
                    what + " must be a token but was " + Grammar.quote(text) + " (RFC 6455 §9.1)");
        }
    }
}
