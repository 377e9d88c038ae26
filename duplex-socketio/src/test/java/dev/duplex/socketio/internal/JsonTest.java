package dev.duplex.socketio.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class JsonTest {
    private final ObjectMapper mapper = new ObjectMapper();

    @Property(tries = 500)
    void whatItQuotesIsReadBackAndIsSafeInAScript(@ForAll String text) throws Exception {
        String quoted = Json.quote(text);
        assertThat(mapper.readValue(quoted, String.class)).isEqualTo(text);
        assertThat(quoted).doesNotContain("<", "\u2028", "\u2029", "\n");
    }
}
