package dev.duplex.cli.common;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;

/** Standard input and output as bytes, without anybody's buffer in between. */
public record Streams(InputStream in, OutputStream out) {
    /** Those of the process. */
    public static final Streams SYSTEM =
            new Streams(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
}
