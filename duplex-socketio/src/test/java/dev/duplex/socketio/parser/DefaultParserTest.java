package dev.duplex.socketio.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors are those of the protocol's document. */
class DefaultParserTest {
    private final Parser parser = new DefaultParser(new JacksonMapper());

    /** Text as it is, bytes as {@code <...>}. */
    private List<String> encoded(Packet packet) {
        List<String> messages = new ArrayList<>();
        parser.encode(packet, new Parser.Output() {
            @Override
            public void text(String message) {
                messages.add(message);
            }

            @Override
            public void binary(byte[] message) {
                messages.add("<" + new String(message, StandardCharsets.ISO_8859_1) + ">");
            }
        });
        return messages;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private Packet decoded(String text, byte[]... attachments) throws ParseException {
        Parser.Decoder decoder = parser.decoder(10);
        Packet packet = decoder.text(text);
        for (byte[] attachment : attachments) {
            assertThat(packet).isNull();
            packet = decoder.binary(attachment);
        }
        assertThat(packet).isNotNull();
        return packet;
    }

    private static Packet event(String namespace, Object... data) {
        return Packet.of(PacketType.EVENT, namespace, Arrays.asList(data));
    }

    @Test
    void encodesAsTheDocumentSays() {
        assertThat(encoded(Packet.of(PacketType.CONNECT, "/", Map.of("token", "123"))))
                .containsExactly("0{\"token\":\"123\"}");
        assertThat(encoded(Packet.of(PacketType.CONNECT, "/admin", null))).containsExactly("0/admin,");
        assertThat(encoded(Packet.of(PacketType.DISCONNECT, "/admin", null))).containsExactly("1/admin,");
        assertThat(encoded(event("/", "foo"))).containsExactly("2[\"foo\"]");
        assertThat(encoded(event("/admin", "bar").withId(12))).containsExactly("2/admin,12[\"bar\"]");
        assertThat(encoded(Packet.of(PacketType.ACK, "/admin", List.of("bar")).withId(13)))
                .containsExactly("3/admin,13[\"bar\"]");
        assertThat(encoded(Packet.of(PacketType.CONNECT_ERROR, "/", Map.of("message", "no"))))
                .containsExactly("4{\"message\":\"no\"}");
        assertThat(encoded(event("/", "baz", bytes("a"), Map.of("x", List.of(1, bytes("b"))))))
                .containsExactly(
                        "52-[\"baz\",{\"_placeholder\":true,\"num\":0},{\"x\":[1,{\"_placeholder\":true,\"num\":1}]}]",
                        "<a>",
                        "<b>");
        assertThat(encoded(
                        Packet.of(PacketType.ACK, "/admin", List.of(bytes("c"))).withId(15)))
                .containsExactly("61-/admin,15[{\"_placeholder\":true,\"num\":0}]", "<c>");
    }

    @Test
    void decodesAsTheDocumentSays() throws ParseException {
        assertThat(decoded("0{\"token\":\"123\"}"))
                .isEqualTo(Packet.of(PacketType.CONNECT, "/", Map.of("token", "123")));
        assertThat(decoded("0/admin,")).isEqualTo(Packet.of(PacketType.CONNECT, "/admin", null));
        assertThat(decoded("0/admin?token=1234&uid=abcd,"))
                .isEqualTo(Packet.of(PacketType.CONNECT, "/admin?token=1234&uid=abcd", null));
        assertThat(decoded("1/admin")).isEqualTo(Packet.of(PacketType.DISCONNECT, "/admin", null));
        assertThat(decoded("2[\"foo\"]")).isEqualTo(event("/", "foo"));
        assertThat(decoded("2/admin,12[\"bar\",1]"))
                .isEqualTo(event("/admin", "bar", 1).withId(12));
        assertThat(decoded("2[7]")).as("an event may have a number for a name").isEqualTo(event("/", 7));
        assertThat(decoded("313[]"))
                .isEqualTo(Packet.of(PacketType.ACK, "/", List.of()).withId(13));
        assertThat(decoded("3/admin,13"))
                .isEqualTo(Packet.of(PacketType.ACK, "/admin", null).withId(13));
        Packet binary = decoded(
                "52-/admin,456[\"a\",{\"_placeholder\":true,\"num\":1},[{\"_placeholder\":true,\"num\":0}]]",
                bytes("zero"),
                bytes("one"));
        assertThat(binary.id()).hasValue(456);
        assertThat(binary.list().get(1)).isEqualTo(bytes("one"));
        assertThat((List<?>) binary.list().get(2)).singleElement().isEqualTo(bytes("zero"));
        assertThat(decoded("50-[\"a\"]")).isEqualTo(event("/", "a"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "x",
                "-1",
                "2",
                "2{}",
                "2[]",
                "2[null]",
                "2[{}]",
                "2[[]]",
                "2[true]",
                "2\"a\"",
                "2[\"a\"",
                "2[\"a\"]x",
                "2[\"connect\"]",
                "2[\"connect_error\"]",
                "2[\"disconnect\"]",
                "2[\"disconnecting\"]",
                "2[\"newListener\"]",
                "2[\"removeListener\"]",
                "0[]",
                "0\"a\"",
                "1{}",
                "1[]",
                "3{}",
                "4",
                "4[]",
                "41",
                "5[\"a\"]",
                "5-[\"a\"]",
                "5x-[\"a\"]",
                "5-1-[\"a\"]",
                "51.5-[\"a\"]",
                "511-[\"a\"]",
                "5999999999-[\"a\"]",
                "599999999999999999999999999-[\"a\"]",
                "29007199254740992[\"a\"]",
                "299999999999999999999999[\"a\"]",
                "2[\"a\",{\"_placeholder\":true,\"num\":0}]",
                "50-[\"a\",{\"_placeholder\":true,\"num\":0}]"
            })
    void refusesWhatIsNoPacket(String message) {
        assertThatThrownBy(() -> decoded(message)).isInstanceOf(ParseException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1", "1000000000", "\"a\"", "null", "0.5", "1e100", "99999999999999999999", "[0]"})
    void refusesPlaceholdersWithoutAttachment(String number) throws ParseException {
        Parser.Decoder decoder = parser.decoder(10);
        assertThat(decoder.text("51-[\"a\",{\"_placeholder\":true,\"num\":" + number + "}]"))
                .isNull();
        assertThatThrownBy(() -> decoder.binary(bytes("x"))).isInstanceOf(ParseException.class);
        Parser.Decoder another = parser.decoder(10);
        assertThat(another.text("51-[\"a\",{\"_placeholder\":true}]")).isNull();
        assertThatThrownBy(() -> another.binary(bytes("x"))).isInstanceOf(ParseException.class);
    }

    @Test
    void attachmentsComeWhenTheyAreExpectedAndNothingElseDoes() throws ParseException {
        assertThatThrownBy(() -> parser.decoder(10).binary(bytes("x"))).isInstanceOf(ParseException.class);
        Parser.Decoder decoder = parser.decoder(10);
        assertThat(decoder.text("51-[\"a\",{\"_placeholder\":true,\"num\":0}]")).isNull();
        assertThatThrownBy(() -> decoder.text("2[\"a\"]")).isInstanceOf(ParseException.class);
    }

    @Test
    void theNumberOfAttachmentsIsBounded() throws ParseException {
        assertThat(parser.decoder(3).text("53-[\"a\"]")).isNull();
        assertThatThrownBy(() -> parser.decoder(3).text("54-[\"a\"]")).hasMessageContaining("maxAttachments");
    }

    @Test
    void nestingIsBounded() {
        int deep = 100_000;
        assertThatThrownBy(() -> decoded("2[\"a\"," + "[".repeat(deep) + "]".repeat(deep) + "]"))
                .isInstanceOf(ParseException.class);
        assertThatThrownBy(() -> decoded("2[\"a\"," + "{\"a\":".repeat(deep))).isInstanceOf(ParseException.class);
    }

    @Test
    void longNumbersAreBounded() {
        assertThatThrownBy(() -> decoded("2[\"a\"," + "9".repeat(100_000) + "]"))
                .isInstanceOf(ParseException.class);
    }

    // ------------------------------------------------------------------------------------------------------ properties

    @Provide
    Arbitrary<List<@Nullable Object>> arguments() {
        Arbitrary<@Nullable Object> leaf = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(10).asGeneric(),
                Arbitraries.integers().asGeneric(),
                Arbitraries.of(true, false).asGeneric(),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(10).asGeneric());
        Arbitrary<@Nullable Object> list =
                leaf.injectNull(0.1).list().ofMaxSize(3).asGeneric();
        Arbitrary<@Nullable Object> map = Arbitraries.maps(
                        Arbitraries.strings().alpha().ofMaxLength(5), leaf)
                .ofMaxSize(3)
                .map(LinkedHashMap::new)
                .asGeneric();
        return Arbitraries.oneOf(leaf, list, map).injectNull(0.1).list().ofMaxSize(5);
    }

    @Property(tries = 500)
    void whatIsEncodedIsDecoded(
            @ForAll("arguments") List<@Nullable Object> arguments, @ForAll boolean main, @ForAll boolean acknowledged)
            throws ParseException {
        List<@Nullable Object> data = new ArrayList<>();
        data.add("event");
        data.addAll(arguments);
        Packet packet = new Packet(
                PacketType.EVENT, main ? "/" : "/a-b", data, acknowledged ? OptionalLong.of(42) : OptionalLong.empty());
        Parser.Decoder decoder = parser.decoder(100);
        List<@Nullable Packet> result = new ArrayList<>();
        parser.encode(packet, new Parser.Output() {
            @Override
            public void text(String message) {
                try {
                    result.add(decoder.text(message));
                } catch (ParseException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void binary(byte[] message) {
                try {
                    result.add(decoder.binary(message));
                } catch (ParseException e) {
                    throw new AssertionError(e);
                }
            }
        });
        Packet last = result.get(result.size() - 1);
        assertThat(result.subList(0, result.size() - 1)).allMatch(each -> each == null);
        assertThat(last).isNotNull();
        assertThat(last.namespace()).isEqualTo(packet.namespace());
        assertThat(last.id()).isEqualTo(packet.id());
        assertThat(last.list()).usingRecursiveComparison().isEqualTo(data);
    }

    @Property(tries = 1000)
    void anyTextIsAPacketOrAParseException(@ForAll String text) {
        try {
            parser.decoder(10).text(text);
        } catch (ParseException expected) {
            assertThat(expected).hasMessageNotContaining("\n");
        }
    }
}
