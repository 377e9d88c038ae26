package dev.duplex.core.deflate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.core.deflate.DeflateNegotiation.Agreement;
import dev.duplex.core.deflate.DeflateNegotiation.Outcome;
import dev.duplex.core.handshake.ExtensionElement;
import dev.duplex.core.handshake.ExtensionList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeflateNegotiationTest {
    private static final DeflateOptions SHARED = DeflateOptions.SHARED;
    private static final DeflateOptions DEDICATED = DeflateOptions.DEDICATED;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permessage-deflate | permessage-deflate",
                "permessage-deflate; client_max_window_bits | permessage-deflate",
                "permessage-deflate; client_max_window_bits=12 | permessage-deflate; client_max_window_bits=12",
                "permessage-deflate; client_max_window_bits=\"12\" | permessage-deflate; client_max_window_bits=12",
                "permessage-deflate; client_max_window_bits=15 | permessage-deflate",
                "permessage-deflate; server_max_window_bits=8 | permessage-deflate; server_max_window_bits=8",
                "permessage-deflate; server_max_window_bits=15 | permessage-deflate; server_max_window_bits=15",
                "permessage-deflate; server_no_context_takeover | permessage-deflate; server_no_context_takeover",
                "permessage-deflate; client_no_context_takeover | permessage-deflate; client_no_context_takeover",
                "x-webkit-deflate-frame, permessage-deflate | permessage-deflate"
            })
    void aServerWithWindowsOfItsOwnGrantsWhatIsAskedAndNoMore(String offers, String response) {
        assertThat(accepted(offers, DEDICATED)).isEqualTo(response);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permessage-deflate | ''",
                "permessage-deflate; client_max_window_bits | ''",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover | ''",
                "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9"
                        + " | '; server_max_window_bits=10; client_max_window_bits=9'"
            })
    void aSharingServerTurnsOffContextTakeoverInBothDirections(String offers, String rest) {
        assertThat(accepted(offers, SHARED))
                .isEqualTo("permessage-deflate; server_no_context_takeover; client_no_context_takeover" + rest);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permessage-deflate | permessage-deflate; server_max_window_bits=11",
                "permessage-deflate; client_max_window_bits"
                        + " | permessage-deflate; server_max_window_bits=11; client_max_window_bits=10",
                "permessage-deflate; client_max_window_bits=9; server_max_window_bits=9"
                        + " | permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
                "permessage-deflate; client_max_window_bits=13; server_max_window_bits=13"
                        + " | permessage-deflate; server_max_window_bits=11; client_max_window_bits=10"
            })
    void aServerLimitsTheClientsWindowOnlyIfTheClientOffersThat(String offers, String response) {
        DeflateOptions limited = DEDICATED.withServerMaxWindowBits(11).withClientMaxWindowBits(10);
        assertThat(accepted(offers, limited)).isEqualTo(response);
    }

    @Test
    void anUnlimitedClientKeepsItsFullWindow() {
        Agreement agreement =
                DeflateNegotiation.accept(elements("permessage-deflate"), DEDICATED.withClientMaxWindowBits(9));

        assertThat(agreement).isNotNull();
        assertThat(agreement.parameters()).isEqualTo(DeflateParameters.DEFAULTS);
    }

    // Row C05.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "server_max_window_bits=7",
                "server_max_window_bits=16",
                "server_max_window_bits=99999",
                "server_max_window_bits=99999999999999999999",
                "server_max_window_bits=08",
                "server_max_window_bits=+9",
                "server_max_window_bits=1e1",
                "server_max_window_bits=-8",
                "server_max_window_bits=\"7\"",
                "server_max_window_bits",
                "client_max_window_bits=7",
                "client_max_window_bits=16",
                "client_max_window_bits=08",
                "client_max_window_bits=x",
                "client_max_window_bits=9; client_max_window_bits=9",
                "client_max_window_bits; client_max_window_bits",
                "server_max_window_bits=9; server_max_window_bits=10",
                "server_no_context_takeover; server_no_context_takeover",
                "server_no_context_takeover=1",
                "client_no_context_takeover=true",
                "Server_No_Context_Takeover",
                "mux",
                "__proto__=1"
            })
    void aServerDeclinesABadOfferAndTakesTheNext(String parameters) {
        assertThat(accepted("permessage-deflate; " + parameters, DEDICATED)).isNull();
        assertThat(accepted("permessage-deflate; " + parameters + ", permessage-deflate", DEDICATED))
                .isEqualTo("permessage-deflate");
    }

    @Test
    void aServerTakesTheFirstOfSeveralGoodOffers() {
        assertThat(accepted("permessage-deflate; server_max_window_bits=9, permessage-deflate", DEDICATED))
                .isEqualTo("permessage-deflate; server_max_window_bits=9");
    }

    @Test
    void aServerWithoutTheExtensionOrAnOfferAcceptsNothing() {
        assertThat(accepted("permessage-deflate", DeflateOptions.DISABLED)).isNull();
        assertThat(accepted("x-other; permessage-deflate", SHARED)).isNull();
        assertThat(DeflateNegotiation.accept(List.of(), SHARED)).isNull();
    }

    @Test
    void aClientOffersWhatItsOptionsSay() {
        assertThat(DeflateNegotiation.offer(SHARED))
                .hasToString("permessage-deflate; server_no_context_takeover; client_no_context_takeover;"
                        + " client_max_window_bits");
        assertThat(DeflateNegotiation.offer(DEDICATED)).hasToString("permessage-deflate; client_max_window_bits");
        assertThat(DeflateNegotiation.offer(DEDICATED.withServerMaxWindowBits(9).withClientMaxWindowBits(10)))
                .hasToString("permessage-deflate; server_max_window_bits=9; client_max_window_bits=10");
        assertThat(DeflateNegotiation.offer(DeflateOptions.DISABLED)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permessage-deflate | false | false | 15 | 15",
                "permessage-deflate; server_no_context_takeover | true | false | 15 | 15",
                "permessage-deflate; client_no_context_takeover | false | true | 15 | 15",
                "permessage-deflate; server_max_window_bits=8 | false | false | 8 | 15",
                "permessage-deflate; client_max_window_bits=8 | false | false | 15 | 8",
                "permessage-deflate; client_max_window_bits=\"15\" | false | false | 15 | 15"
            })
    void aClientTakesOverWhatTheServerSays(
            String response, boolean serverForgets, boolean clientForgets, int serverBits, int clientBits) {
        assertThat(verify(DEDICATED, response))
                .isEqualTo(new Outcome.Agreed(
                        new DeflateParameters(serverForgets, clientForgets, serverBits, clientBits)));
    }

    @Test
    void aClientKeepsToTheWindowItOfferedIfTheServerDoesNotRepeatIt() {
        assertThat(verify(DEDICATED.withClientMaxWindowBits(10), "permessage-deflate"))
                .isEqualTo(new Outcome.Agreed(new DeflateParameters(false, false, 15, 10)));
    }

    @Test
    void aClientGoesOnWithoutTheExtensionIfTheServerDoesNotWantIt() {
        assertThat(verify(SHARED, "")).isEqualTo(new Outcome.Declined());
        assertThat(verify(DeflateOptions.DISABLED, "")).isEqualTo(new Outcome.Declined());
    }

    // Row C06.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x-other | the server agreed on the extension x-other, which was not offered",
                "permessage-deflate, x-other | the server agreed on the extension x-other, which was not offered",
                "Permessage-Deflate | the server agreed on the extension Permessage-Deflate, which was not offered",
                "permessage-deflate, permessage-deflate | expected permessage-deflate once in the response but it came twice",
                "permessage-deflate; mux | expected only parameters of RFC 7692 §7.1 but got mux",
                "permessage-deflate; server_max_window_bits | but got no value",
                "permessage-deflate; client_max_window_bits | but got no value",
                "permessage-deflate; client_max_window_bits=16 | 8 to 15 without leading zeroes but got 16",
                "permessage-deflate; client_max_window_bits=08 | 8 to 15 without leading zeroes but got 08",
                "permessage-deflate; server_max_window_bits=7 | 8 to 15 without leading zeroes but got 7",
                "permessage-deflate; server_no_context_takeover=1 | expected no value of server_no_context_takeover but got 1",
                "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9 | once but it came twice"
            })
    void aClientFailsOnAResponseThatIsNoneToItsOffer(String response, String reason) {
        assertThat(failure(DEDICATED, response)).contains(reason);
    }

    @Test
    void aClientFailsOnAResponseThatTakesMoreThanOffered() {
        DeflateOptions limited = DEDICATED.withServerMaxWindowBits(10).withClientMaxWindowBits(10);
        assertThat(failure(limited, "permessage-deflate; server_max_window_bits=11"))
                .contains("expected server_max_window_bits of at most 10, as offered, but got 11");
        assertThat(failure(limited, "permessage-deflate"))
                .contains("expected server_max_window_bits of at most 10, as offered, but got 15");
        assertThat(failure(limited, "permessage-deflate; server_max_window_bits=10; client_max_window_bits=11"))
                .contains("expected client_max_window_bits of at most 10, as offered, but got 11");
        assertThat(failure(SHARED, "permessage-deflate; client_no_context_takeover"))
                .contains("expected server_no_context_takeover in the response, as offered");
        assertThat(failure(DeflateOptions.DISABLED, "permessage-deflate"))
                .contains("the server agreed on the extension permessage-deflate, which was not offered");
        Outcome unoffered = DeflateNegotiation.verify(
                ExtensionElement.of("permessage-deflate"), elements("permessage-deflate; client_max_window_bits=9"));
        assertThat(unoffered).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void anErrorDoesNotRepeatALongNameInFull() {
        assertThat(failure(SHARED, "x".repeat(5000))).hasSizeLessThan(200);
        assertThat(failure(SHARED, "permessage-deflate; " + "y".repeat(5000))).hasSizeLessThan(200);
    }

    @Property(tries = 300)
    void bothRolesComeToTheSameParameters(
            @ForAll boolean clientShared,
            @ForAll boolean serverShared,
            @ForAll @Size(4) List<@IntRange(min = 8, max = 15) Integer> bits) {
        DeflateOptions client = (clientShared ? SHARED : DEDICATED)
                .withServerMaxWindowBits(bits.get(0))
                .withClientMaxWindowBits(bits.get(1));
        DeflateOptions server = (serverShared ? SHARED : DEDICATED)
                .withServerMaxWindowBits(bits.get(2))
                .withClientMaxWindowBits(bits.get(3));
        ExtensionElement offer = DeflateNegotiation.offer(client);
        assertThat(offer).isNotNull();

        Agreement agreement = DeflateNegotiation.accept(elements(offer.toString()), server);
        assertThat(agreement).isNotNull();

        assertThat(DeflateNegotiation.verify(
                        offer, elements(agreement.response().toString())))
                .isEqualTo(new Outcome.Agreed(agreement.parameters()));
        assertThat(agreement.parameters().serverNoContextTakeover()).isEqualTo(clientShared || serverShared);
        assertThat(agreement.parameters().serverMaxWindowBits()).isEqualTo(Math.min(bits.get(0), bits.get(2)));
        assertThat(agreement.parameters().clientMaxWindowBits()).isEqualTo(Math.min(bits.get(1), bits.get(3)));
    }

    private static String accepted(String offers, DeflateOptions options) {
        Agreement agreement = DeflateNegotiation.accept(elements(offers), options);
        return agreement == null ? null : agreement.response().toString();
    }

    private static Outcome verify(DeflateOptions options, String response) {
        return DeflateNegotiation.verify(
                DeflateNegotiation.offer(options), response.isEmpty() ? List.of() : elements(response));
    }

    private static String failure(DeflateOptions options, String response) {
        Outcome outcome = verify(options, response);
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return ((Outcome.Failed) outcome).reason();
    }

    private static List<ExtensionElement> elements(String value) {
        ExtensionList list = ExtensionList.parse(List.of(value));
        assertThat(list).isInstanceOf(ExtensionList.Parsed.class);
        return ((ExtensionList.Parsed) list).elements();
    }
}
