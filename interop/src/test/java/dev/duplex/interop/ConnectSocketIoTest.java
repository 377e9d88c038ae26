package dev.duplex.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cli.PipedCommand;
import dev.duplex.server.WebSocketServer;
import dev.duplex.socketio.SocketIoServer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code duplex connect --socketio} with the official server of Node and with ours, both with the scenes. */
@Tag("peer")
class ConnectSocketIoTest {
    enum Kind {
        OFFICIAL,
        OURS
    }

    private static void with(Kind kind, Consumer<String> conversation) {
        if (kind == Kind.OFFICIAL) {
            try (NodeServer server = NodeServer.start("socket-io-server.js", "{}")) {
                conversation.accept(server.uri());
            }
        } else {
            try (WebSocketServer server = SocketIoScenes.start(SocketIoServer.builder())) {
                conversation.accept("http://127.0.0.1:" + server.port());
            }
        }
    }

    private static PipedCommand connect(String input, String... arguments) {
        return PipedCommand.run(input, arguments);
    }

    @ParameterizedTest
    @EnumSource
    void emitsListensAndAsks(Kind kind) {
        with(kind, uri -> {
            PipedCommand ended = connect("""
                    echo 1 "two" {"a":[3]}
                    ?echo hello there
                    ["echo",null,[]]

                    ["ask me"]
                    """, "connect", "--socketio", uri, "--count", "4");
            assertThat(ended.output().lines())
                    .containsExactlyInAnyOrder(
                            "[\"echo\",1,\"two\",{\"a\":[3]}]",
                            "?1 [\"hello there\"]",
                            "[\"echo\",null,[]]",
                            "#0 [\"question\",42]");
            assertThat(ended.exitCode()).as(ended.messages()).isZero();
        });
    }

    @ParameterizedTest
    @EnumSource
    void showsBytesAndEndsWhenTheRepliesHaveCome(Kind kind) {
        with(kind, uri -> {
            PipedCommand ended = connect("", "connect", "--socketio", uri, "values", "-n", "3");
            assertThat(ended.output())
                    .contains(
                            "[\"bytes\",{\"base64\":\"AQID\"},{\"a\":[{\"base64\":\"\"},{\"b\":{\"base64\":\"BwcH\"}}],"
                                    + "\"c\":\"text\"}]");
            assertThat(ended.exitCode()).as(ended.messages()).isZero();
        });
    }

    @ParameterizedTest
    @EnumSource
    void goesIntoNamespacesWithWhatTheyWant(Kind kind) {
        with(kind, uri -> {
            PipedCommand in =
                    connect("", "connect", "--socketio", uri + "/guarded", "--auth", "{\"token\":\"good\"}", "-n", "1");
            assertThat(in.output()).isEqualToNormalizingNewlines("[\"let in\"]\n");
            assertThat(in.exitCode()).as(in.messages()).isZero();

            PipedCommand refused =
                    connect("", "connect", "--socketio", uri + "/guarded", "--auth", "{\"token\":\"bad\"}");
            assertThat(refused.exitCode()).isEqualTo(6);
            assertThat(refused.messages()).contains("refused the namespace /guarded", "not with bad", "\"code\":7");

            PipedCommand unknown = connect("", "connect", "--socketio", uri + "/nowhere");
            assertThat(unknown.exitCode()).isEqualTo(6);
            assertThat(unknown.messages()).contains("Invalid namespace");
        });
    }
}
