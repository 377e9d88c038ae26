package dev.duplex.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import org.junit.jupiter.api.Test;

class Utf8Test {
    private static String encode(CharSequence text) {
        ByteBuf out = Unpooled.buffer(0);
        Utf8.write(text, Utf8.length(text), out);
        assertThat(Utf8.length(text)).as("length announced").isEqualTo(out.readableBytes());
        return Hex.of(out);
    }

    @Test
    void encodesCharactersOfEveryLength() {
        assertThat(encode("")).isEmpty();
        assertThat(encode("\0\u007f")).isEqualTo("007f");
        assertThat(encode("\u0080\u07ff")).isEqualTo("c280dfbf");
        assertThat(encode("\u0800\ud7ff\ue000\uffff")).isEqualTo("e0a080ed9fbfee8080efbfbf");
        assertThat(encode("\ud800\udc00\udbff\udfff")).isEqualTo("f0908080f48fbfbf");
    }

    @Test
    void replacesLoneSurrogates() {
        assertThat(encode("\ud800")).isEqualTo("efbfbd");
        assertThat(encode("\udc00")).isEqualTo("efbfbd");
        assertThat(encode("\udc00\ud800")).isEqualTo("efbfbdefbfbd");
        assertThat(encode("\ud800\ud800\udc00")).isEqualTo("efbfbdf0908080");
        assertThat(encode("a\ud800ä")).isEqualTo("61efbfbdc3a4");
        assertThat(encode(new StringBuilder("€\udfff"))).isEqualTo("e282acefbfbd");
    }

    @Property
    void encodesAnyStringAsTheJdkDoesWithItsSurrogatesReplaced(@ForAll String text) {
        assertThat(encode(text)).isEqualTo(Hex.of(wellFormed(text).getBytes(UTF_8)));
    }

    @Property
    void encodesAnySurrogates(@ForAll @CharRange(from = '\ud7f0', to = '\ue00f') String text) {
        assertThat(encode(text)).isEqualTo(Hex.of(wellFormed(text).getBytes(UTF_8)));
    }

    private static String wellFormed(String text) {
        StringBuilder result = new StringBuilder();
        text.codePoints()
                .map(point -> point >= 0xD800 && point <= 0xDFFF ? 0xFFFD : point)
                .forEach(result::appendCodePoint);
        return result.toString();
    }
}
