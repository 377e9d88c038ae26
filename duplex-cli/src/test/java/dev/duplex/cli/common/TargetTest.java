package dev.duplex.cli.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {
    @ParameterizedTest
    @CsvSource({
        "wss://example.com/chat, wss://example.com/chat",
        "http://example.com, http://example.com",
        "example.com/chat, ws://example.com/chat",
        "localhost:9998, ws://localhost:9998",
        "[::1]:80/x?y=ws://z, ws://[::1]:80/x?y=ws://z",
        ":9998/echo, ws://localhost:9998/echo",
        "unixy.example:80, ws://unixy.example:80"
    })
    void aUrlMayLackWhatCanBeGuessed(String typed, String url) {
        assertThat(Target.of(typed).url()).isEqualTo(url);
        assertThat(Target.of(typed).unix()).isEmpty();
    }

    @Test
    void userAndPasswordAreNotShown() {
        Target target = Target.of("wss://ann:secret@example.com/chat?to=a@b");
        assertThat(target).hasToString("wss://example.com/chat?to=a@b");
        assertThat(target.url()).contains("ann:secret@");
    }

    @ParameterizedTest
    @CsvSource({
        "ws+unix:///run/app.sock:/chat?x=1, /run/app.sock, ws://localhost/chat?x=1",
        "ws+unix:/run/app.sock:/chat, /run/app.sock, ws://localhost/chat",
        "wss+unix:///run/app.sock, /run/app.sock, wss://localhost/",
        "unix:/run/app.sock, /run/app.sock, ws://localhost/",
        "unix:app.sock:/x, app.sock, ws://localhost/x"
    })
    void aUnixSocketStandsBeforeThePath(String typed, Path socket, String url) {
        assertThat(Target.of(typed).unix()).hasValue(socket);
        assertThat(Target.of(typed).url()).isEqualTo(url);
    }
}
