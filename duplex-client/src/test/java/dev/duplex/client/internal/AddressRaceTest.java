package dev.duplex.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** RFC 8305 with a clock that stands still until it is moved. */
class AddressRaceTest {
    private final EmbeddedChannel clock = new EmbeddedChannel();
    private final ConnectingQueue queue = new ConnectingQueue();
    private final Map<String, ChannelPromise> dialed = new LinkedHashMap<>();
    private final List<String> ended = new ArrayList<>();
    private Runnable leave;

    AddressRaceTest() {
        clock.freezeTime();
    }

    @AfterEach
    void close() {
        clock.finishAndReleaseAll();
        dialed.values().forEach(promise -> ((EmbeddedChannel) promise.channel()).finishAndReleaseAll());
    }

    private static final class Named extends SocketAddress {
        private static final long serialVersionUID = 1L;

        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Named named && named.name.equals(name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private AddressRace race(String... names) {
        AddressRace race = new AddressRace(
                clock.eventLoop(),
                queue,
                Stream.of(names).map(Named::new).toList(),
                this::dial,
                new AddressRace.Outcome() {
                    @Override
                    public void connected(Channel channel, Runnable whenDone) {
                        ended.add("connected " + nameOf(channel));
                        leave = whenDone;
                    }

                    @Override
                    public void failed(Map<SocketAddress, Throwable> causes) {
                        causes.forEach((address, cause) -> ended.add(address + " " + cause.getMessage()));
                    }
                });
        race.start();
        clock.runPendingTasks();
        return race;
    }

    private ChannelFuture dial(SocketAddress address) {
        EmbeddedChannel channel = new EmbeddedChannel();
        ChannelPromise promise = channel.newPromise();
        // As Netty does: a connection that is closed before it is there has failed.
        channel.closeFuture().addListener(closed -> promise.tryFailure(new IOException("closed")));
        dialed.put(address.toString(), promise);
        return promise;
    }

    private String nameOf(Channel channel) {
        return dialed.entrySet().stream()
                .filter(each -> each.getValue().channel() == channel)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private boolean isOpen(String name) {
        return dialed.get(name).channel().isOpen();
    }

    private void connects(String name) {
        dialed.get(name).setSuccess();
        clock.runPendingTasks();
    }

    private void fails(String name, String why) {
        dialed.get(name).setFailure(new IOException(why));
        clock.runPendingTasks();
    }

    private void pass(long millis) {
        clock.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        clock.runScheduledPendingTasks();
        clock.runPendingTasks();
    }

    @Test
    void familiesTakeTurnsAndIpv6ComesFirst() throws Exception {
        List<InetAddress> resolved = new ArrayList<>();
        for (String address : new String[] {"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"}) {
            resolved.add(InetAddress.getByName(address));
        }
        assertThat(AddressRace.sorted(resolved).stream().map(InetAddress::getHostAddress))
                .containsExactly("2001:db8:0:0:0:0:0:1", "192.0.2.1", "2001:db8:0:0:0:0:0:2", "192.0.2.2", "192.0.2.3");
    }

    @Test
    void theFirstAddressIsTriedAlone() {
        race("six", "four");
        pass(249);
        assertThat(dialed).containsOnlyKeys("six");
        connects("six");
        pass(1000);
        assertThat(dialed).containsOnlyKeys("six");
        assertThat(ended).containsExactly("connected six");
    }

    @Test
    void theNextIsTriedAfterAQuarterOfASecondAndTheLoserIsClosed() {
        race("six", "four");
        pass(250);
        assertThat(dialed).containsOnlyKeys("six", "four");
        connects("four");
        assertThat(ended).containsExactly("connected four");
        assertThat(isOpen("six")).isFalse();
        assertThat(isOpen("four")).isTrue();
    }

    @Test
    void theFirstMayStillWin() {
        race("six", "four", "more");
        pass(250);
        connects("six");
        pass(250);
        assertThat(ended).containsExactly("connected six");
        assertThat(isOpen("four")).isFalse();
        assertThat(dialed).doesNotContainKey("more");
    }

    @Test
    void afterAFailureTheNextIsTriedAtOnce() {
        race("six", "four", "more");
        fails("six", "unreachable");
        assertThat(dialed).containsOnlyKeys("six", "four");
        pass(249);
        assertThat(dialed).doesNotContainKey("more");
        pass(1);
        assertThat(dialed).containsKey("more");
    }

    @Test
    void ifNoneConnectsEachIsNamed() {
        race("six", "four");
        pass(250);
        fails("four", "refused");
        assertThat(ended).isEmpty();
        fails("six", "unreachable");
        assertThat(ended).containsExactly("four refused", "six unreachable");
    }

    @Test
    void anAddressToWhichAnotherConnectsIsWaitedFor() {
        queue.enter(new Named("six"), () -> {});
        race("six", "four");
        assertThat(dialed).isEmpty();
        queue.leave(new Named("six"));
        clock.runPendingTasks();
        assertThat(dialed).containsOnlyKeys("six");
    }

    @Test
    void theAddressThatHasWonStaysTakenUntilTheHandshakeIsOver() {
        race("six", "four");
        pass(250);
        connects("four");
        List<String> log = new ArrayList<>();
        queue.enter(new Named("four"), () -> log.add("four is free"));
        queue.enter(new Named("six"), () -> log.add("six is free"));
        assertThat(log).containsExactly("six is free");
        leave.run();
        assertThat(log).containsExactly("six is free", "four is free");
    }

    @Test
    void whatIsCancelledConnectsNoMore() {
        AddressRace race = race("six", "four");
        race.cancel();
        pass(1000);
        assertThat(isOpen("six")).isFalse();
        assertThat(dialed).containsOnlyKeys("six");
        assertThat(ended).isEmpty();
        List<String> log = new ArrayList<>();
        queue.enter(new Named("six"), () -> log.add("six is free"));
        assertThat(log).containsExactly("six is free");
    }

    @Test
    void whatIsCancelledWhileItWaitsLeavesTheQueue() {
        queue.enter(new Named("six"), () -> {});
        race("six").cancel();
        List<String> log = new ArrayList<>();
        queue.enter(new Named("six"), () -> log.add("six is free"));
        queue.leave(new Named("six"));
        clock.runPendingTasks();
        assertThat(dialed).isEmpty();
        assertThat(log).containsExactly("six is free");
    }
}
