package dev.duplex.cli.bench;

import dev.duplex.client.internal.load.Incoming;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/** The messages of one connection that were sent and not answered, each with the time for which it was scheduled. */
abstract class InFlight {
    /** What has come answers nothing that was sent. */
    static final long NOTHING = Long.MIN_VALUE;

    static InFlight of(Matching matching, int expected) {
        if (matching instanceof Matching.InOrder) {
            return new Ordered(expected);
        } else if (matching instanceof Matching.ByNumber byNumber) {
            return new Numbered(byNumber.at(), expected);
        }
        return new Unknown();
    }

    abstract void sent(long sequence, long scheduled);

    /** The time for which the message was scheduled that this one answers, or {@link #NOTHING}. */
    abstract long answered(Incoming message);

    abstract int size();

    /** When those were scheduled that are not answered. */
    abstract void forEach(LongConsumer scheduled);

    private static final class Ordered extends InFlight {
        private final LongQueue times;

        Ordered(int expected) {
            times = new LongQueue(expected);
        }

        @Override
        void sent(long sequence, long scheduled) {
            times.add(scheduled);
        }

        @Override
        long answered(Incoming message) {
            return times.isEmpty() ? NOTHING : times.take();
        }

        @Override
        int size() {
            return times.size();
        }

        @Override
        void forEach(LongConsumer scheduled) {
            for (int i = 0; i < times.size(); i++) {
                scheduled.accept(times.get(i));
            }
        }
    }

    /** The numbers of a connection rise, so that one is found by halving. */
    private static final class Numbered extends InFlight {
        private final JsonNumber at;
        private final LongQueue numbers;

        /** When they were scheduled; {@link #NOTHING} for those answered out of turn. */
        private final LongQueue times;

        private int unanswered;

        Numbered(JsonNumber at, int expected) {
            this.at = at;
            numbers = new LongQueue(expected);
            times = new LongQueue(expected);
        }

        @Override
        void sent(long sequence, long scheduled) {
            numbers.add(sequence);
            times.add(scheduled);
            unanswered++;
        }

        @Override
        long answered(Incoming message) {
            OptionalLong number = at.number(message.copy());
            int index = number.isEmpty() ? -1 : indexOf(number.getAsLong());
            if (index < 0 || times.get(index) == NOTHING) {
                return NOTHING;
            }
            long scheduled = times.get(index);
            times.set(index, NOTHING);
            unanswered--;
            while (!times.isEmpty() && times.get(0) == NOTHING) {
                times.take();
                numbers.take();
            }
            return scheduled;
        }

        private int indexOf(long number) {
            int low = 0;
            int high = numbers.size() - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                long there = numbers.get(middle);
                if (there == number) {
                    return middle;
                } else if (there < number) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return -1;
        }

        @Override
        int size() {
            return unanswered;
        }

        @Override
        void forEach(LongConsumer scheduled) {
            for (int i = 0; i < times.size(); i++) {
                if (times.get(i) != NOTHING) {
                    scheduled.accept(times.get(i));
                }
            }
        }
    }

    private static final class Unknown extends InFlight {
        @Override
        void sent(long sequence, long scheduled) {}

        @Override
        long answered(Incoming message) {
            return NOTHING;
        }

        @Override
        int size() {
            return 0;
        }

        @Override
        void forEach(LongConsumer scheduled) {}
    }
}
