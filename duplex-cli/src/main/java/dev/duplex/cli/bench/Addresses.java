package dev.duplex.cli.bench;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads local addresses: {@code 127.0.0.2}, {@code ::1}, or a range of IPv4, {@code 127.0.0.2-127.0.0.9}. */
public final class Addresses implements ITypeConverter<List<InetAddress>> {
    private static final int MOST = 4096;

    @Override
    public List<InetAddress> convert(String value) {
        String[] ends = value.split("-", -1);
        InetAddress first = address(ends[0], value);
        if (ends.length == 1) {
            return List.of(first);
        }
        InetAddress last = address(ends[1], value);
        if (ends.length > 2 || !(first instanceof Inet4Address) || !(last instanceof Inet4Address)) {
            throw new TypeConversionException(
                    "expected a range of IPv4 addresses, such as 127.0.0.2-127.0.0.9, but got '" + value + "'");
        }
        long from = number(first);
        long until = number(last);
        if (until < from || until - from >= MOST) {
            throw new TypeConversionException(
                    "expected a range of at most " + MOST + " addresses, the lower one first, but got '" + value + "'");
        }
        List<InetAddress> all = new ArrayList<>();
        for (long number = from; number <= until; number++) {
            all.add(of(ByteBuffer.allocate(Integer.BYTES).putInt((int) number).array()));
        }
        return all;
    }

    private static long number(InetAddress address) {
        return ByteBuffer.wrap(address.getAddress()).getInt() & 0xFFFFFFFFL;
    }

    private static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    /** In numbers only: nothing is looked up. */
    private static InetAddress address(String text, String value) {
        if (text.matches("[0-9]+(\\.[0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            try {
                return InetAddress.getByName(text);
            } catch (UnknownHostException e) {
                // said below
            }
        }
        throw new TypeConversionException("expected an IP address of this machine but got '" + value + "'");
    }
}
