package dev.duplex.socketio.internal.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both revisions; the vectors are those of the protocol's documents. */
class EngineCodecTest {
    private static final EngineCodec V4 = EngineCodec.of(4);
    private static final EngineCodec V3 = EngineCodec.of(3);
    private static final byte[] FOUR_BYTES = {1, 2, 3, 4};

    private static List<@Nullable Packet> decoded(EngineCodec codec, byte[] body, boolean binary) {
        List<@Nullable Packet> packets = new ArrayList<>();
        codec.decodePayload(body, binary, packet -> {
            packets.add(packet);
            return true;
        });
        return packets;
    }

    private static List<@Nullable Packet> decoded(EngineCodec codec, String body) {
        return decoded(codec, body.getBytes(UTF_8), false);
    }

    private static String encoded(EngineCodec codec, boolean supportsBinary, Packet... packets) {
        EngineCodec.Payload payload = codec.encodePayload(List.of(packets), supportsBinary);
        return payload.binary() ? HexFormat.of().formatHex(payload.bytes()) : new String(payload.bytes(), UTF_8);
    }

    private static Packet text(String text) {
        return Packet.message(text, true);
    }

    // ------------------------------------------------------------------------------------------------------ revision 4

    @Test
    void revision4PutsTheTypeInFrontOfText() {
        assertThat(V4.decodeText("4hello")).isEqualTo(text("hello"));
        assertThat(V4.decodeText("2probe")).isEqualTo(Packet.of(PacketType.PING, "probe"));
        assertThat(V4.decodeText("5")).isEqualTo(Packet.of(PacketType.UPGRADE));
        assertThat(V4.decodeText("4")).isEqualTo(text(""));
    }

    @Test
    void revision4TakesBytesAsTheyAre() {
        assertThat(V4.decodeBinary(FOUR_BYTES)).isEqualTo(Packet.message(FOUR_BYTES, true));
        assertThat(V4.encodeBinary(Packet.message(FOUR_BYTES, true))).isEqualTo(FOUR_BYTES);
        assertThat(V4.decodeText("bAQIDBA==")).isEqualTo(Packet.message(FOUR_BYTES, true));
    }

    @Test
    void revision4SeparatesThePacketsOfAPayload() {
        assertThat(encoded(V4, true, text("hello"), text("world"))).isEqualTo("4hello\u001e4world");
        assertThat(encoded(V4, true, text("hello"), Packet.message(FOUR_BYTES, true)))
                .isEqualTo("4hello\u001ebAQIDBA==");
        assertThat(encoded(V4, true, Packet.of(PacketType.NOOP))).isEqualTo("6");
        assertThat(decoded(V4, "4hello\u001e2\u001e4world\u001ebAQIDBA=="))
                .containsExactly(
                        text("hello"), Packet.of(PacketType.PING), text("world"), Packet.message(FOUR_BYTES, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "a", "x4", " 4", "b?", "bAQ=A", "b\u00e9"})
    void revision4RefusesWhatIsNoPacket(String frame) {
        assertThat(V4.decodeText(frame)).isNull();
    }

    @Test
    void nothingFollowsAMalformedPacket() {
        assertThat(decoded(V4, "4a\u001e\u001e4b")).containsExactly(text("a"), null);
        assertThat(decoded(V4, "4a\u001e")).containsExactly(text("a"), null);
        assertThat(decoded(V4, "")).containsExactly((Packet) null);
    }

    @Test
    void stopsWhereItIsTold() {
        List<@Nullable Packet> packets = new ArrayList<>();
        V4.decodePayload("4a\u001e4b\u001e4c".getBytes(UTF_8), false, packet -> {
            packets.add(packet);
            return packets.size() < 2;
        });
        assertThat(packets).containsExactly(text("a"), text("b"));
    }

    // ------------------------------------------------------------------------------------------------------ revision 3

    @Test
    void revision3CountsUtf16Units() {
        assertThat(encoded(V3, false, text("hello"), text("€"))).isEqualTo("6:4hello2:4€");
        assertThat(encoded(V3, false, text("\uD83D\uDE00"))).isEqualTo("3:4\uD83D\uDE00");
        assertThat(encoded(V3, false, Packet.message(FOUR_BYTES, true))).isEqualTo("10:b4AQIDBA==");
        assertThat(encoded(V3, false)).isEqualTo("0:");
        assertThat(decoded(V3, "6:4hello2:4€10:b4AQIDBA==0:"))
                .containsExactly(text("hello"), text("€"), Packet.message(FOUR_BYTES, true));
    }

    @Test
    void revision3WritesBytesWhereTheClientTakesThem() {
        assertThat(encoded(V3, true, text("€"), Packet.message(FOUR_BYTES, true)))
                .isEqualTo("0004ff34e282ac" + "0105ff0401020304");
        assertThat(encoded(V3, true, text("a"))).isEqualTo("2:4a");
        assertThat(decoded(V3, HexFormat.of().parseHex("0004ff34e282ac" + "0105ff0401020304"), true))
                .containsExactly(text("€"), Packet.message(FOUR_BYTES, true));
    }

    @Test
    void revision3PutsTheTypeInFrontOfBytesInFrames() {
        assertThat(V3.encodeBinary(Packet.message(FOUR_BYTES, true))).containsExactly(4, 1, 2, 3, 4);
        assertThat(V3.decodeBinary(new byte[] {4, 1, 2, 3, 4})).isEqualTo(Packet.message(FOUR_BYTES, true));
        assertThat(V3.decodeBinary(new byte[] {})).isNull();
        assertThat(V3.decodeBinary(new byte[] {0x34})).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "5", "5:4ab", ":4", "-1:4", "1.5:4a", "99999999999:4a", "1:z", "2:b4x", "3:b44"})
    void revision3RefusesWhatIsNoPayload(String body) {
        List<@Nullable Packet> packets = decoded(V3, body);
        assertThat(packets).isNotEmpty();
        assertThat(packets.get(packets.size() - 1)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00",
                "0001",
                "0001ff",
                "02 01ff34",
                "00ff34",
                "000aff34",
                "00010101010101010101010101ff34",
                "0109ff04"
            })
    void revision3RefusesWhatIsNoBinaryPayload(String hex) {
        List<@Nullable Packet> packets = decoded(V3, HexFormat.of().parseHex(hex.replace(" ", "")), true);
        assertThat(packets).isNotEmpty();
        assertThat(packets.get(packets.size() - 1)).isNull();
    }

    @Test
    void thereAreTwoRevisions() {
        assertThatThrownBy(() -> EngineCodec.of(5)).hasMessageContaining("3 or 4 but was 5");
        assertThat(V3.revision()).isEqualTo(3);
        assertThat(V4.revision()).isEqualTo(4);
    }

    // ------------------------------------------------------------------------------------------------------ properties

    @Provide
    Arbitrary<List<Packet>> packets() {
        // In revision 4 a separator within text would end it; JSON never has one.
        Arbitrary<Packet> texts = Arbitraries.strings()
                .withCharRange('\u0000', '\uD7FF')
                .excludeChars('\u001e')
                .ofMaxLength(50)
                .map(EngineCodecTest::text);
        Arbitrary<Packet> bytes =
                Arbitraries.bytes().array(byte[].class).ofMaxSize(50).map(array -> Packet.message(array, true));
        Arbitrary<Packet> controls = Arbitraries.of(
                        PacketType.PING, PacketType.PONG, PacketType.NOOP, PacketType.UPGRADE)
                .map(Packet::of);
        return Arbitraries.oneOf(texts, bytes, controls).list().ofMinSize(1).ofMaxSize(20);
    }

    @Property(tries = 500)
    void whatRevision4EncodesItDecodes(@ForAll("packets") List<Packet> packets) {
        EngineCodec.Payload payload = V4.encodePayload(packets, true);
        assertThat(payload.binary()).isFalse();
        assertThat(decoded(V4, payload.bytes(), false)).isEqualTo(packets);
    }

    @Property(tries = 500)
    void whatRevision3EncodesItDecodes(@ForAll("packets") List<Packet> packets, @ForAll boolean supportsBinary) {
        EngineCodec.Payload payload = V3.encodePayload(packets, supportsBinary);
        assertThat(decoded(V3, payload.bytes(), payload.binary())).isEqualTo(packets);
    }

    @Property(tries = 300)
    void aPayloadThatIsCutNeverThrowsAndNeverMakesPacketsUp(
            @ForAll("packets") List<Packet> packets, @ForAll boolean revision4, @ForAll int where) {
        EngineCodec codec = revision4 ? V4 : V3;
        EngineCodec.Payload payload = codec.encodePayload(packets, true);
        byte[] cut = Arrays.copyOf(payload.bytes(), Math.floorMod(where, payload.bytes().length + 1));
        List<@Nullable Packet> decoded = decoded(codec, cut, payload.binary());
        // All whole ones in front are there; the one that is cut may be shorter or missing, and nothing follows.
        int whole = Math.max(0, decoded.size() - 1);
        assertThat(decoded.subList(0, whole)).isEqualTo(packets.subList(0, whole));
    }

    @Property(tries = 1000)
    void anyBytesAreAPayloadOrNot(@ForAll byte[] body, @ForAll boolean revision4, @ForAll boolean binary) {
        List<@Nullable Packet> decoded = decoded(revision4 ? V4 : V3, body, binary);
        assertThat(decoded.stream().filter(packet -> packet == null).count()).isLessThanOrEqualTo(1);
        assertThat(decoded.indexOf(null)).isIn(-1, decoded.size() - 1);
    }

    @Test
    void aPacketIsEncodedOnce() {
        Packet packet = text("to everybody");
        assertThat(packet.utf8()).isSameAs(packet.utf8());
        Packet bytes = Packet.message(FOUR_BYTES, true);
        assertThat(bytes.base64()).isSameAs(bytes.base64());
    }
}
