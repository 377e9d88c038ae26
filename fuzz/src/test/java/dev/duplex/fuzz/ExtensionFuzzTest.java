package dev.duplex.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.duplex.core.deflate.DeflateNegotiation;
import dev.duplex.core.deflate.DeflateNegotiation.Agreement;
import dev.duplex.core.deflate.DeflateNegotiation.Outcome;
import dev.duplex.core.deflate.DeflateOptions;
import dev.duplex.core.deflate.DeflateParameters;
import dev.duplex.core.handshake.ExtensionElement;
import dev.duplex.core.handshake.ExtensionElement.Parameter;
import dev.duplex.core.handshake.ExtensionList;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * {@code Sec-WebSocket-Extensions} as an offer and as a response. The first bytes of an input choose the options of this
 * end, the rest is the fields' values, one a line.
 */
class ExtensionFuzzTest {

    @FuzzTest
    void anOfferIsAnsweredWithinWhatItOffers(byte[] input) {
        Choices choices = new Choices(input);
        DeflateOptions options = options(choices);
        List<ExtensionElement> offers = elements(choices);
        Agreement agreement = DeflateNegotiation.accept(offers, options);
        if (agreement == null) {
            assertThat(offers.stream().filter(ExtensionFuzzTest::isPlain)).isEmpty();
            return;
        }
        // It is an answer to one of the offers, by the client's own rules.
        assertThat(offers)
                .anySatisfy(offer -> assertThat(DeflateNegotiation.verify(offer, List.of(agreement.response())))
                        .isInstanceOf(Outcome.Agreed.class));
        DeflateParameters agreed = agreement.parameters();
        assertThat(agreed.serverMaxWindowBits()).isLessThanOrEqualTo(options.serverMaxWindowBits());
        if (options.mode() == DeflateOptions.Mode.SHARED) {
            assertThat(agreed.serverNoContextTakeover()).isTrue();
            assertThat(agreed.clientNoContextTakeover()).isTrue();
        }
        assertThat(parsed(agreement.response().toString())).containsExactly(agreement.response());
    }

    @FuzzTest
    void aResponseIsAgreedOnlyWithinOurOffer(byte[] input) {
        Choices choices = new Choices(input);
        DeflateOptions options = options(choices);
        ExtensionElement offer = DeflateNegotiation.offer(options);
        assertThat(offer).isNotNull();
        List<ExtensionElement> response = elements(choices);
        Outcome outcome = DeflateNegotiation.verify(offer, response);
        if (outcome instanceof Outcome.Agreed agreed) {
            assertThat(response).hasSize(1);
            assertThat(response.get(0).name()).isEqualTo(DeflateNegotiation.EXTENSION);
            assertThat(names(response.get(0))).doesNotHaveDuplicates();
            DeflateParameters parameters = agreed.parameters();
            assertThat(parameters.serverMaxWindowBits()).isLessThanOrEqualTo(options.serverMaxWindowBits());
            assertThat(parameters.clientMaxWindowBits()).isLessThanOrEqualTo(options.clientMaxWindowBits());
            if (options.mode() == DeflateOptions.Mode.SHARED) {
                assertThat(parameters.serverNoContextTakeover()).isTrue();
            }
        } else if (outcome instanceof Outcome.Declined) {
            assertThat(response).isEmpty();
        } else {
            assertThat(((Outcome.Failed) outcome).reason()).isNotBlank();
        }
    }

    /** An offer that can always be met. */
    private static boolean isPlain(ExtensionElement offer) {
        return offer.name().equals(DeflateNegotiation.EXTENSION)
                && offer.parameters().isEmpty();
    }

    private static List<String> names(ExtensionElement element) {
        return element.parameters().stream().map(Parameter::name).toList();
    }

    private static DeflateOptions options(Choices choices) {
        int choice = choices.next(128);
        return DeflateOptions.SHARED
                .withMode(DeflateOptions.Mode.values()[choice % 2])
                .withServerMaxWindowBits(8 + choice / 2 % 8)
                .withClientMaxWindowBits(8 + choice / 16);
    }

    /** What the fields say; nothing if they are malformed. What is well-formed can be written and read again. */
    private static List<ExtensionElement> elements(Choices choices) {
        String text = new String(choices.rest(), StandardCharsets.ISO_8859_1);
        List<String> fields = text.isEmpty() ? List.of() : Arrays.asList(text.split("\n", -1));
        ExtensionList list = ExtensionList.parse(fields);
        if (list instanceof ExtensionList.Malformed malformed) {
            assertThat(malformed.reason()).isNotBlank().matches("[\\x20-\\x7e]*");
            return List.of();
        }
        List<ExtensionElement> elements = ((ExtensionList.Parsed) list).elements();
        if (!elements.isEmpty()) {
            assertThat(parsed(ExtensionList.format(elements))).isEqualTo(elements);
        }
        return elements;
    }

    private static List<ExtensionElement> parsed(String value) {
        return ((ExtensionList.Parsed) ExtensionList.parse(List.of(value))).elements();
    }
}
