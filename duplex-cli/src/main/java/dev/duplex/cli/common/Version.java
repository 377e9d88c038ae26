package dev.duplex.cli.common;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build, which Maven writes into {@code version.properties}. */
public final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() throws IOException {
        return lines();
    }

    public static String[] lines() throws IOException {
        String java = System.getProperty("java.version") + ", " + System.getProperty("java.vm.name");
        return new String[] {"duplex " + current(), "Java " + java};
    }

    /** Just the number, as in {@code 1.2.3}. */
    public static String current() throws IOException {
        try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
            if (in == null) {
                throw new IOException("version.properties is missing from the jar that has dev.duplex.cli.Version");
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "unknown");
        }
    }
}
