package dev.duplex.core.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.core.handshake.ExtensionElement.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExtensionElementTest {
    @Test
    void looksAsOnTheWire() {
        assertThat(ExtensionElement.of("permessage-deflate")
                        .with("server_no_context_takeover")
                        .with("client_max_window_bits", "15"))
                .hasToString("permessage-deflate; server_no_context_takeover; client_max_window_bits=15");
    }

    @Test
    void keepsParametersInOrderAndRepeated() {
        assertThat(ExtensionElement.of("x").with("a").with("b", "1").with("a").parameters())
                .containsExactly(new Parameter("a", null), new Parameter("b", "1"), new Parameter("a", null));
    }

    @Test
    void doesNotFollowTheListItWasMadeOf() {
        List<Parameter> parameters = new ArrayList<>();
        ExtensionElement element = new ExtensionElement("x", parameters);
        parameters.add(new Parameter("a", null));
        assertThat(element.parameters()).isEmpty();
    }

    @Test
    void refusesWhatIsNoToken() {
        assertThatThrownBy(() -> ExtensionElement.of("a b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an extension's name must be a token but was \"a b\" (RFC 6455 §9.1)");
        assertThatThrownBy(() -> ExtensionElement.of("a").with(""))
                .hasMessage("a parameter's name must be a token but was \"\" (RFC 6455 §9.1)");
        assertThatThrownBy(() -> ExtensionElement.of("a").with("b", "\r\n"))
                .hasMessage("a parameter's value must be a token but was \"\\u000d\\u000a\" (RFC 6455 §9.1)");
    }
}
