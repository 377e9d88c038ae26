package dev.duplex.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpNetworkTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,      10.255.255.255,      true",
        "10.0.0.0/8,      11.0.0.0,            false",
        "192.0.2.128/25,  192.0.2.128,         true",
        "192.0.2.128/25,  192.0.2.127,         false",
        "192.0.2.7,       192.0.2.7,           true",
        "192.0.2.7/32,    192.0.2.6,           false",
        "0.0.0.0/0,       203.0.113.9,         true",
        "0.0.0.0/0,       ::1,                 false",
        "2001:db8::/33,   2001:db8:7fff::1,    true",
        "2001:db8::/33,   2001:db8:8000::1,    false",
        "::/0,            2001:db8::1,         true",
        "::1,             ::1,                 true",
        "10.0.0.0/8,      ::ffff:10.1.2.3,     true",
    })
    void holdsTheAddressesOfItsPrefix(String network, String address, boolean contained) {
        assertThat(IpNetwork.parse(network)
                        .contains(IpNetwork.parseAddress(address).orElseThrow()))
                .isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "localhost", "example.com", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8",
                        "10.0.0.0/8/8",
                "10.0.0/8", "::/129", "::/0008", "[::1]", "fe80::1%eth0", "*", "10.0.0.0/\u0668", " 10.0.0.1"
            })
    void refusesWhatIsNoNetwork(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpNetwork.parse(text))
                .withMessageContaining("expected an IP address or network");
    }

    @Test
    void refusesBitsPastThePrefixAndSaysWhatToWrite() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpNetwork.parse("10.1.2.3/8"))
                .withMessageEndingWith("got 10.1.2.3/8: write 10.0.0.0/8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpNetwork.parse("2001:db8::1/32"))
                .withMessageEndingWith("write 2001:db8::/32");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "1", "127.1", "0x7f.0.0.1", "0177.0.0.1", "010.0.0.1", "1.2.3.4.5", "256.0.0.1", "localhost",
                "unknown", "1.2.3.4%1", "::g", ":::", "1::2::3", "[::1]", "fe80::1%lo", "１.2.3.4", "1.2.3.4\0"
            })
    void takesNothingButLiteralsForAnAddress(String text) {
        assertThat(IpNetwork.parseAddress(text)).isEmpty();
    }
}
