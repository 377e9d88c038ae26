package dev.duplex.transport.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.FileDescriptor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EpollPipeReaderTest {
    private static final int ROUNDS = 1_000;

    private MultiThreadIoEventLoopGroup loops;
    private FileDescriptor out;
    private EpollPipeReader reader;

    /** Notes what is told. */
    private static final class Notes implements PipeReader.Listener {
        private final StringBuffer read = new StringBuffer();
        private final CompletableFuture<String> end = new CompletableFuture<>();

        @Override
        public void bytes(byte[] bytes, int length) {
            read.append(new String(bytes, 0, length, StandardCharsets.US_ASCII));
        }

        @Override
        public void end() {
            end.complete(read.toString());
        }

        String all() throws Exception {
            return end.get(30, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void start() throws Exception {
        assumeThat(Epoll.isAvailable()).as("epoll").isTrue();
        loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        open();
    }

    private void open() throws Exception {
        FileDescriptor[] pipe = FileDescriptor.pipe();
        out = pipe[1];
        reader = new EpollPipeReader((IoEventLoop) loops.next(), pipe[0]);
    }

    @AfterEach
    void stop() throws Exception {
        if (loops != null) {
            reader.close();
            out.close();
            loops.shutdownGracefully(0, 30, TimeUnit.SECONDS).await();
        }
    }

    private void write(String bytes) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length());
        buffer.put(bytes.getBytes(StandardCharsets.US_ASCII)).flip();
        assertThat(out.write(buffer, 0, bytes.length())).isEqualTo(bytes.length());
    }

    @Test
    void readsUntilTheOtherEndIsClosed() throws Exception {
        Notes notes = new Notes();
        reader.start(notes);
        write("a");
        write("b");
        out.close();
        assertThat(notes.all()).isEqualTo("ab");
    }

    @Test
    void readsNothingWhilePaused() throws Exception {
        reader.pause();
        Notes notes = new Notes();
        reader.start(notes);
        write("a");
        loops.submit(() -> {}).get(30, TimeUnit.SECONDS);
        loops.submit(() -> {}).get(30, TimeUnit.SECONDS);
        assertThat(notes.read).isEmpty();
        reader.resume();
        out.close();
        assertThat(notes.all()).isEqualTo("a");
    }

    @Test
    void finishReadsWhatIsThereThoughOthersHoldTheOtherEnd() throws Exception {
        Notes notes = new Notes();
        reader.start(notes);
        write("left behind");
        reader.finish();
        assertThat(notes.all()).isEqualTo("left behind");
    }

    @Test
    void whatWasWrittenBeforeFinishIsReadThoughTheReaderHasJustFoundNothing() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Notes notes = new Notes();
            reader.start(notes);
            write("a"); // the loop reads it, and then once more
            while (notes.read.length() == 0) {
                Thread.onSpinWait();
            }
            write("b");
            reader.finish();
            assertThat(notes.all()).isEqualTo("ab");
            out.close();
            open();
        }
    }
}
