package dev.duplex.conformance.internal;

import dev.duplex.conformance.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An element of {@code Sec-WebSocket-Extensions} (RFC 6455 §9.1).
 *
 * @param params values without quotation marks, empty where there is none
 * @param repeated whether a parameter is there twice
 */
record Extension(String name, Map<String, Optional<String>> params, boolean repeated) {
    static final String DEFLATE = "permessage-deflate";
    private static final String SERVER_BITS = "server_max_window_bits";
    private static final String CLIENT_BITS = "client_max_window_bits";
    private static final String SERVER_FORGETS = "server_no_context_takeover";
    private static final String CLIENT_FORGETS = "client_no_context_takeover";

    /** What is agreed on, or why that cannot be. */
    record Agreement(Optional<DeflateTerms> terms, String fault) {
        static final Agreement NONE = new Agreement(Optional.empty(), "");

        static Agreement fault(String fault) {
            return new Agreement(Optional.empty(), fault);
        }
    }

    static List<Extension> parse(Optional<String> field) {
        List<Extension> parsed = new ArrayList<>();
        for (String element : split(field.orElse(""), ',')) {
            List<String> parts = split(element, ';');
            if (parts.isEmpty()) {
                continue;
            }
            Map<String, Optional<String>> params = new LinkedHashMap<>();
            boolean repeated = false;
            for (String part : parts.subList(1, parts.size())) {
                int equals = part.indexOf('=');
                String name =
                        (equals < 0 ? part : part.substring(0, equals)).strip().toLowerCase(Locale.ROOT);
                Optional<String> value = equals < 0
                        ? Optional.empty()
                        : Optional.of(part.substring(equals + 1).strip().replace("\"", ""));
                repeated |= params.put(name, value) != null;
            }
            parsed.add(new Extension(parts.get(0).toLowerCase(Locale.ROOT), params, repeated));
        }
        return parsed;
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || (!quoted && text.charAt(i) == separator)) {
                String part = text.substring(start, i).strip();
                if (!part.isEmpty()) {
                    parts.add(part);
                }
                start = i + 1;
            } else if (text.charAt(i) == '"') {
                quoted = !quoted;
            }
        }
        return parts;
    }

    /** What a server's answer to a client's offer comes to, as the client sees it (RFC 7692 §5.1 and §7.1). */
    static Agreement agreed(Optional<String> offered, Optional<String> answered, DeflateTerms own) {
        List<Extension> answers = parse(answered);
        if (answers.isEmpty()) {
            return Agreement.NONE;
        }
        if (answers.size() == 1 && !answers.get(0).name.equals(DEFLATE) && offers(offered, answers.get(0).name)) {
            throw new CaseOver(Verdict.INFORMATIONAL, "accepts " + answers.get(0).name + ", which is not spoken here");
        }
        if (answers.size() > 1 || !answers.get(0).name.equals(DEFLATE)) {
            return Agreement.fault("the server accepts an extension that was not offered, or one twice: "
                    + answered.orElse("") + " (RFC 6455 §4.2.2, item 5.5)");
        }
        Extension answer = answers.get(0);
        String fault = answer.fault(false);
        if (!fault.isEmpty()) {
            return Agreement.fault("the answer " + answered.orElse("") + " is wrong: " + fault);
        }
        String mismatch = "";
        for (Extension offer : parse(offered)) {
            if (offer.name.equals(DEFLATE) && offer.fault(true).isEmpty()) {
                mismatch = answer.mismatch(offer);
                if (mismatch.isEmpty()) {
                    return new Agreement(Optional.of(answer.terms(own)), "");
                }
            }
        }
        return Agreement.fault("the answer " + answered.orElse("") + " does not fit the offer "
                + offered.orElse("of nothing") + ": " + (mismatch.isEmpty() ? "not offered" : mismatch));
    }

    private static boolean offers(Optional<String> offered, String name) {
        return parse(offered).stream().anyMatch(offer -> offer.name.equals(name));
    }

    private DeflateTerms terms(DeflateTerms own) {
        return new DeflateTerms(
                bits(SERVER_BITS).orElse(15),
                Math.min(own.ownBits(), bits(CLIENT_BITS).orElse(15)),
                !params.containsKey(SERVER_FORGETS),
                own.ownKeeps() && !params.containsKey(CLIENT_FORGETS));
    }

    private Optional<Integer> bits(String name) {
        return Optional.ofNullable(params.get(name)).flatMap(value -> value).map(Integer::valueOf);
    }

    /** What breaks the rules for parameters; only an offer may leave out the value of client_max_window_bits. */
    private String fault(boolean offer) {
        if (repeated) {
            return "a parameter is there twice (RFC 7692 §5.1)";
        }
        for (Map.Entry<String, Optional<String>> param : params.entrySet()) {
            String value = param.getValue().orElse("");
            switch (param.getKey()) {
                case SERVER_FORGETS, CLIENT_FORGETS -> {
                    if (!value.isEmpty()) {
                        return param.getKey() + " takes no value (RFC 7692 §7.1.1)";
                    }
                }
                case SERVER_BITS, CLIENT_BITS -> {
                    boolean open = offer
                            && param.getKey().equals(CLIENT_BITS)
                            && param.getValue().isEmpty();
                    if (!open && !value.matches("[89]|1[0-5]")) {
                        return param.getKey() + " must be 8 to 15 (RFC 7692 §7.1.2)";
                    }
                }
                default -> {
                    return "unknown parameter " + param.getKey() + " (RFC 7692 §7.1)";
                }
            }
        }
        return "";
    }

    private String mismatch(Extension offer) {
        if (offer.params.containsKey(SERVER_FORGETS) && !params.containsKey(SERVER_FORGETS)) {
            return "server_no_context_takeover must be in the answer, too (RFC 7692 §7.1.1.1)";
        }
        Optional<Integer> wanted = offer.bits(SERVER_BITS);
        if (wanted.isPresent() && bits(SERVER_BITS).orElse(15) > wanted.get()) {
            return "server_max_window_bits must be at most " + wanted.get() + " (RFC 7692 §7.1.2.1)";
        }
        if (params.containsKey(CLIENT_BITS) && !offer.params.containsKey(CLIENT_BITS)) {
            return "client_max_window_bits was not offered (RFC 7692 §7.1.2.2)";
        }
        return "";
    }

    /** What a server that wants these terms can make of a client's offer; a fault says what the client lacks. */
    static Agreement answerable(Optional<String> offered, DeflateTerms wanted) {
        String lack = "the client does not offer permessage-deflate";
        for (Extension offer : parse(offered)) {
            if (!offer.name.equals(DEFLATE) || !offer.fault(true).isEmpty()) {
                continue;
            }
            if (wanted.peerBits() < 15 && !offer.params.containsKey(CLIENT_BITS)) {
                lack = "the client does not offer client_max_window_bits";
                continue;
            }
            int ownBits = Math.min(wanted.ownBits(), offer.bits(SERVER_BITS).orElse(15));
            boolean ownKeeps = wanted.ownKeeps() && !offer.params.containsKey(SERVER_FORGETS);
            return new Agreement(
                    Optional.of(new DeflateTerms(wanted.peerBits(), ownBits, wanted.peerKeeps(), ownKeeps)), "");
        }
        return Agreement.fault(lack);
    }
}
