package dev.duplex.cli.serve;

import dev.duplex.cli.common.Ending;
import dev.duplex.transport.pipe.PipeReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Cuts stderr into lines for the log: any number, of any length, also without an end. */
final class LogLines implements PipeReader.Listener {
    private static final int LONGEST = 4096;

    private final Consumer<String> to;
    private final ByteQueue bytes = new ByteQueue();
    private int searched;

    LogLines(Consumer<String> to) {
        this.to = to;
    }

    @Override
    public void bytes(byte[] buffer, int length) {
        bytes.add(buffer, length);
        while (true) {
            int end = bytes.indexOf((byte) '\n', searched);
            if (end >= 0 && end <= LONGEST) {
                tell(bytes.take(end));
                bytes.skip(1);
            } else if (bytes.size() >= LONGEST) {
                tell(bytes.take(LONGEST));
            } else {
                searched = bytes.size();
                return;
            }
            searched = 0;
        }
    }

    @Override
    public void end() {
        if (bytes.size() > 0) {
            tell(bytes.take(bytes.size()));
        }
    }

    /** What a program writes must not play with the terminal of whoever reads the log. */
    private void tell(byte[] line) {
        String text = new String(line, StandardCharsets.UTF_8);
        to.accept(Ending.printable(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text));
    }
}
