package dev.duplex.server.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The members of a topic: a group for each event loop. */
final class Topic {
    private final String name;
    private final Group[] groups;

    /** Members and those about to be; guarded by the map that holds the topic. */
    int members;

    Topic(String name, int loops) {
        this.name = name;
        this.groups = new Group[loops];
        for (int i = 0; i < loops; i++) {
            groups[i] = new Group();
        }
    }

    String name() {
        return name;
    }

    Group group(int loop) {
        return groups[loop];
    }

    List<ServerSession> snapshot() {
        List<ServerSession> all = new ArrayList<>();
        for (Group group : groups) {
            group.addTo(all);
        }
        return all;
    }

    /** Somebody's place in a group. */
    abstract static class Member {
        private static final int NONE = -1;

        private int index = NONE;

        /** It has ended, maybe before it could begin: calls of several threads arrive in any order. */
        private boolean ended;

        abstract ServerSession session();
    }

    /** A session's place in a topic of the application. */
    static final class Membership extends Member {
        final Topic topic;
        private final ServerSession session;

        Membership(Topic topic, ServerSession session) {
            this.topic = topic;
            this.session = session;
        }

        @Override
        ServerSession session() {
            return session;
        }
    }

    /**
     * The members on one event loop. Only that loop changes it and goes through it; other threads take snapshots, which
     * is what the lock is for.
     */
    static final class Group {
        private Member[] members = new Member[4];
        private int size;
        private int publishing;
        private final List<Member> leaving = new ArrayList<>(0);

        synchronized void add(Member member) {
            if (member.ended) {
                return;
            }
            if (size == members.length) {
                members = Arrays.copyOf(members, size * 2);
            }
            member.index = size;
            members[size++] = member;
        }

        /** The last one takes the place of the one that leaves; not while somebody goes through the places. */
        void remove(Member member) {
            member.ended = true;
            if (publishing > 0) {
                leaving.add(member);
            } else {
                removeNow(member);
            }
        }

        @SuppressWarnings("NullAway") // the place behind the last member
        private synchronized void removeNow(Member member) {
            if (member.index == Member.NONE) {
                return;
            }
            Member last = members[--size];
            members[member.index] = last;
            last.index = member.index;
            members[size] = null;
            member.index = Member.NONE;
        }

        private synchronized void addTo(List<ServerSession> all) {
            for (int i = 0; i < size; i++) {
                all.add(members[i].session());
            }
        }

        boolean isEmpty() {
            return size == 0;
        }

        /** Hands the message to every member but one; on the loop. */
        void deliver(Publication publication, ServerLoop loop) {
            publishing++;
            try (var prepared = loop.prepare(publication)) {
                // Whoever joins meanwhile gets what is published from then on.
                int end = size;
                for (int i = 0; i < end; i++) {
                    ServerSession session = members[i].session();
                    if (session != publication.except()) {
                        session.deliver(prepared, publication);
                    }
                }
            } finally {
                if (--publishing == 0 && !leaving.isEmpty()) {
                    leaving.forEach(this::removeNow);
                    leaving.clear();
                }
            }
        }
    }
}
