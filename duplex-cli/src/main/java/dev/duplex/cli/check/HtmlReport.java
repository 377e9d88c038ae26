package dev.duplex.cli.check;

import dev.duplex.conformance.Report;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reports as one page that needs nothing else: groups, cases, what was on the wire, and several runs side by side. */
public final class HtmlReport {
    private static final String TEMPLATE = "report.html";
    private static final String PLACE = "\"@reports@\"";

    private HtmlReport() {}

    /** The page. */
    public static String write(List<Report> reports) {
        // In a script element, text ends at the first "</script", and "<!--" changes how it is read.
        String json = JsonReports.writeAll(reports).replace("<", "\\u003c");
        return template().replace(PLACE, json);
    }

    private static String template() {
        try (InputStream in = HtmlReport.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IllegalStateException(TEMPLATE + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
