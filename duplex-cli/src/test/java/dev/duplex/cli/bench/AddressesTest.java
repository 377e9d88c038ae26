package dev.duplex.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class AddressesTest {
    private static Iterable<String> read(String typed) {
        return new Addresses()
                .convert(typed).stream().map(InetAddress::getHostAddress).toList();
    }

    @Test
    void readsOneOrARange() {
        assertThat(read("127.0.0.2")).containsExactly("127.0.0.2");
        assertThat(read("127.0.0.254-127.0.1.1"))
                .containsExactly("127.0.0.254", "127.0.0.255", "127.0.1.0", "127.0.1.1");
        assertThat(read("200.0.0.1-200.0.0.2")).containsExactly("200.0.0.1", "200.0.0.2");
        assertThat(read("::1")).containsExactly("0:0:0:0:0:0:0:1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "127.0.0.2-",
                "127.0.0.9-127.0.0.2",
                "::1-::2",
                "10.0.0.0-10.9.9.9",
                "999.0.0.1",
                "1-2-3"
            })
    void saysWhatAnAddressIs(String typed) {
        assertThatThrownBy(() -> new Addresses().convert(typed))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining(typed);
    }
}
