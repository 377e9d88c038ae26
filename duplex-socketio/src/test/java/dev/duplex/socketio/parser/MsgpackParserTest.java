package dev.duplex.socketio.parser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MsgpackParserTest {
    private final Parser parser = new MsgpackParser();

    private byte[] encoded(Packet packet) {
        List<byte[]> messages = new ArrayList<>();
        parser.encode(packet, new Parser.Output() {
            @Override
            public void text(String message) {
                throw new AssertionError("text");
            }

            @Override
            public void binary(byte[] message) {
                messages.add(message);
            }
        });
        assertThat(messages).hasSize(1);
        return messages.get(0);
    }

    private Packet decoded(String hex) throws ParseException {
        return parser.decoder(0).binary(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @Test
    void aPacketIsOneMap() throws ParseException {
        Packet packet = Packet.of(PacketType.EVENT, "/", List.of("a", 1L)).withId(5);
        // {"type":2,"data":["a",1],"id":5,"nsp":"/"}
        assertThat(HexFormat.of().formatHex(encoded(packet)))
                .isEqualTo("84a47479706502a46461746192a16101a2696405a36e7370a12f");
        assertThat(decoded("84a47479706502a46461746192a16101a2696405a36e7370a12f"))
                .isEqualTo(packet);
        assertThat(decoded("82a47479706500a36e7370a12f")).isEqualTo(Packet.of(PacketType.CONNECT, "/", null));
    }

    @Test
    void undefinedIsNothingAndAnArrayBufferIsBytes() throws ParseException {
        assertThat(decoded("83a47479706500a464617461d40000a36e7370a12f"))
                .isEqualTo(Packet.of(PacketType.CONNECT, "/", null));
        assertThat(decoded("83a47479706502a46461746192a161c7010007a36e7370a12f")
                        .list()
                        .get(1))
                .isEqualTo(new byte[] {7});
    }

    @Test
    void everyPlainValueComesBack() throws ParseException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("bytes", new byte[] {1, 2});
        map.put("list", Arrays.asList(1L, null, true, 1.5, "ü", Long.MIN_VALUE));
        Packet packet = Packet.of(PacketType.EVENT, "/chat", Arrays.asList("a", map));
        Packet result = parser.decoder(0).binary(encoded(packet));
        assertThat(result).usingRecursiveComparison().isEqualTo(packet);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c1",
                "01",
                "80",
                "82a47479706505a36e7370a12f",
                "82a474797065a161a36e7370a12f",
                "81a47479706502",
                // An event without data, and one of a reserved name.
                "82a47479706502a36e7370a12f",
                "83a47479706502a46461746191a7636f6e6e656374a36e7370a12f",
                // Lengths of which nothing comes: bytes, an extension, a string, a list, a map.
                "83a47479706502a46461746192a161c67fffffff01",
                "83a47479706502a46461746192a161c97fffffff0001",
                "83a47479706502a46461746192a161db7fffffff61",
                "83a47479706502a46461746192a161dd7fffffff01",
                "83a47479706502a46461746192a161df7fffffff01",
                "82a47479706500a36e7370a12f00"
            })
    void refusesWhatIsNoPacket(String hex) {
        assertThatThrownBy(() -> decoded(hex)).isInstanceOf(ParseException.class);
    }

    @Test
    void nestingIsBounded() {
        assertThatThrownBy(() -> decoded("83a47479706502a46461746192a161" + "91".repeat(100_000) + "01"))
                .hasMessageContaining("deep");
    }

    @Test
    void textIsOfAnotherParser() {
        assertThatThrownBy(() -> parser.decoder(0).text("0")).hasMessageContaining("another parser");
    }

    @Property(tries = 1000)
    void anyBytesAreAPacketOrAParseException(@ForAll byte[] message) {
        try {
            assertThat(parser.decoder(0).binary(message)).isNotNull();
        } catch (ParseException expected) {
            assertThat(expected.getMessage()).isNotEmpty();
        }
    }
}
