package dev.duplex.core.deflate;

import dev.duplex.core.handshake.ExtensionElement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Agrees on permessage-deflate in the opening handshake (RFC 7692 §5 and §7.1), as either role. Stateless. */
public final class DeflateNegotiation {
    /** The name of the extension (RFC 7692 §7). */
    public static final String EXTENSION = "permessage-deflate";

    private DeflateNegotiation() {}

    /**
     * What a server has accepted.
     *
     * @param parameters for {@link PerMessageDeflate}
     * @param response the element for the response's {@code Sec-WebSocket-Extensions}
     */
    public record Agreement(DeflateParameters parameters, ExtensionElement response) {}

    /** What a client makes of the server's response. */
    public sealed interface Outcome {
        /**
         * The extension is in use.
         *
         * @param parameters for {@link PerMessageDeflate}
         */
        record Agreed(DeflateParameters parameters) implements Outcome {}

        /** The server does not want it: messages go uncompressed. */
        record Declined() implements Outcome {}

        /**
         * The response is none to our offer: the client must fail the connection (RFC 6455 §4.1, RFC 7692 §7.1).
         *
         * @param reason what was expected and what came
         */
        record Failed(String reason) implements Outcome {}
    }

    /**
     * As a server, accepts the first offer that can be met. An offer with a parameter that is unknown, repeated or out of
     * range is declined (RFC 7692 §7.1), never an error; offers of other extensions are passed over.
     *
     * @param offers all elements of the request's {@code Sec-WebSocket-Extensions}, in order of preference
     * @param options what {@link DeflateResources#admit} answered
     * @return null if there is no such offer, or the options disable the extension
     */
    public static @Nullable Agreement accept(List<ExtensionElement> offers, DeflateOptions options) {
        if (!options.enabled()) {
            return null;
        }
        for (ExtensionElement offer : offers) {
            if (!offer.name().equals(EXTENSION)) {
                continue;
            }
            ParameterReader read = ParameterReader.ofOffer(offer);
            if (read.problem() == null) {
                return agree(read, options);
            }
        }
        return null;
    }

    private static Agreement agree(ParameterReader offer, DeflateOptions options) {
        boolean shared = options.mode() == DeflateOptions.Mode.SHARED;
        // RFC 7692 §7.1.1: what the client asks for must be granted; a server may add either without being asked.
        boolean serverForgets = offer.serverNoContextTakeover() || shared;
        boolean clientForgets = offer.clientNoContextTakeover() || shared;
        // RFC 7692 §7.1.2.1: the same or less than offered; may be there without being offered.
        int serverBits = Math.min(offer.serverMaxWindowBits(), options.serverMaxWindowBits());
        // RFC 7692 §7.1.2.2: only a client that offers the parameter can be limited.
        int clientBits = offer.hasClientMaxWindowBits()
                ? Math.min(offer.clientMaxWindowBits(), options.clientMaxWindowBits())
                : DeflateParameters.MAX_WINDOW_BITS;
        DeflateParameters agreed = new DeflateParameters(serverForgets, clientForgets, serverBits, clientBits);
        ExtensionElement response = ExtensionElement.of(EXTENSION);
        if (serverForgets) {
            response = response.with(ParameterReader.SERVER_NO_CONTEXT_TAKEOVER);
        }
        if (clientForgets) {
            response = response.with(ParameterReader.CLIENT_NO_CONTEXT_TAKEOVER);
        }
        if (offer.hasServerMaxWindowBits() || serverBits < DeflateParameters.MAX_WINDOW_BITS) {
            response = response.with(ParameterReader.SERVER_MAX_WINDOW_BITS, Integer.toString(serverBits));
        }
        if (clientBits < DeflateParameters.MAX_WINDOW_BITS) {
            response = response.with(ParameterReader.CLIENT_MAX_WINDOW_BITS, Integer.toString(clientBits));
        }
        return new Agreement(agreed, response);
    }

    /**
     * As a client, what to offer. In {@link DeflateOptions.Mode#SHARED} it asks both ends to keep no window.
     *
     * @param options what {@link DeflateResources#admit} answered
     * @return null if the options disable the extension
     */
    public static @Nullable ExtensionElement offer(DeflateOptions options) {
        if (!options.enabled()) {
            return null;
        }
        ExtensionElement offer = ExtensionElement.of(EXTENSION);
        if (options.mode() == DeflateOptions.Mode.SHARED) {
            offer = offer.with(ParameterReader.SERVER_NO_CONTEXT_TAKEOVER)
                    .with(ParameterReader.CLIENT_NO_CONTEXT_TAKEOVER);
        }
        if (options.serverMaxWindowBits() < DeflateParameters.MAX_WINDOW_BITS) {
            offer = offer.with(ParameterReader.SERVER_MAX_WINDOW_BITS, Integer.toString(options.serverMaxWindowBits()));
        }
        // RFC 7692 §7.1.2.2: without a value, it only says that the server may ask for a smaller window.
        return options.clientMaxWindowBits() < DeflateParameters.MAX_WINDOW_BITS
                ? offer.with(ParameterReader.CLIENT_MAX_WINDOW_BITS, Integer.toString(options.clientMaxWindowBits()))
                : offer.with(ParameterReader.CLIENT_MAX_WINDOW_BITS);
    }

    /**
     * As a client, checks the server's response to our offer.
     *
     * @param offer what {@link #offer} answered, the only extension that was offered; null if none was
     * @param response all elements of the response's {@code Sec-WebSocket-Extensions}
     */
    public static Outcome verify(@Nullable ExtensionElement offer, List<ExtensionElement> response) {
        ExtensionElement agreed = null;
        for (ExtensionElement element : response) {
            // RFC 6455 §4.1: an extension that was not in the request fails the connection.
            if (offer == null || !element.name().equals(EXTENSION)) {
                return new Outcome.Failed("the server agreed on the extension " + ParameterReader.shown(element.name())
                        + ", which was not offered (RFC 6455 §4.1)");
            }
            // RFC 7692 §5: the extension can be in use once only.
            if (agreed != null) {
                return new Outcome.Failed("expected " + EXTENSION + " once in the response but it came twice");
            }
            agreed = element;
        }
        if (offer == null || agreed == null) {
            return new Outcome.Declined();
        }
        return verify(ParameterReader.ofOffer(offer), ParameterReader.ofResponse(agreed));
    }

    private static Outcome verify(ParameterReader offer, ParameterReader response) {
        String problem = response.problem();
        if (problem != null) {
            return new Outcome.Failed(problem);
        }
        // RFC 7692 §7.1.1.1: a server that accepts the offer repeats the parameter.
        if (offer.serverNoContextTakeover() && !response.serverNoContextTakeover()) {
            return new Outcome.Failed("expected server_no_context_takeover in the response, as offered, but it is not"
                    + " there (RFC 7692 §7.1.1.1)");
        }
        // RFC 7692 §7.1.2.1: the same or less; without the parameter, 15 holds.
        if (response.serverMaxWindowBits() > offer.serverMaxWindowBits()) {
            return new Outcome.Failed("expected server_max_window_bits of at most " + offer.serverMaxWindowBits()
                    + ", as offered, but got " + response.serverMaxWindowBits() + " (RFC 7692 §7.1.2.1)");
        }
        // RFC 7692 §7.1.2.2.
        if (response.hasClientMaxWindowBits() && !offer.hasClientMaxWindowBits()) {
            return new Outcome.Failed(
                    "the server set client_max_window_bits, which was not offered (RFC 7692 §7.1.2.2)");
        }
        if (response.hasClientMaxWindowBits() && response.clientMaxWindowBits() > offer.clientMaxWindowBits()) {
            return new Outcome.Failed("expected client_max_window_bits of at most " + offer.clientMaxWindowBits()
                    + ", as offered, but got " + response.clientMaxWindowBits() + " (RFC 7692 §7.1.2.2)");
        }
        return new Outcome.Agreed(new DeflateParameters(
                response.serverNoContextTakeover(),
                response.clientNoContextTakeover(),
                response.serverMaxWindowBits(),
                // What we offered is a promise, whether the server repeats it or not.
                Math.min(offer.clientMaxWindowBits(), response.clientMaxWindowBits())));
    }
}
