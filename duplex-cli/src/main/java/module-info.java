import org.jspecify.annotations.NullMarked;

/**
 * The {@code duplex} command. No protocol logic lives here.
 */
@NullMarked
module dev.duplex.cli {
    requires bcrypt;
    requires com.fasterxml.jackson.databind;
    requires dev.duplex.client;
    requires dev.duplex.conformance;
    requires dev.duplex.server;
    requires dev.duplex.socketio;
    requires HdrHistogram;
    requires info.picocli;
    requires java.management;
    requires jdk.management;
    requires org.apache.commons.codec;
    requires org.jline.reader;
    requires org.jline.terminal;
    requires org.slf4j;
    requires static org.jspecify;

    opens dev.duplex.cli to
            info.picocli,
            com.fasterxml.jackson.databind;
    opens dev.duplex.cli.common to
            info.picocli;
}
