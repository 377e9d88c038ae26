package dev.duplex.cli.check;

import dev.duplex.conformance.CaseResult;
import dev.duplex.conformance.LogLine;
import dev.duplex.conformance.Report;
import dev.duplex.conformance.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A report as CI servers read it: a test suite for each group, a test case for each case. What is unimplemented counts as
 * skipped; what is non-strict or informational has passed, with its reason as output.
 */
public final class JunitReport {
    private JunitReport() {}

    /** The report as XML. */
    public static String write(Report report) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"");
        xml.append(escaped("duplex check of " + report.peer())).append("\">\n");
        Map<String, List<CaseResult>> groups = report.results().stream()
                .collect(Collectors.groupingBy(
                        result -> result.info().group(), java.util.LinkedHashMap::new, Collectors.toList()));
        groups.forEach((group, results) -> suite(xml, group, results));
        return xml.append("</testsuites>\n").toString();
    }

    private static void suite(StringBuilder xml, String group, List<CaseResult> results) {
        long micros = results.stream().mapToLong(CaseResult::micros).sum();
        xml.append("  <testsuite name=\"").append(escaped(group));
        xml.append("\" tests=\"").append(results.size());
        xml.append("\" failures=\"").append(count(results, Verdict.FAIL));
        xml.append("\" skipped=\"").append(count(results, Verdict.UNIMPLEMENTED));
        xml.append("\" errors=\"0\" time=\"").append(seconds(micros)).append("\">\n");
        results.forEach(result -> testCase(xml, result));
        xml.append("  </testsuite>\n");
    }

    private static long count(List<CaseResult> results, Verdict verdict) {
        return results.stream().filter(result -> result.verdict() == verdict).count();
    }

    private static void testCase(StringBuilder xml, CaseResult result) {
        xml.append("    <testcase classname=\"").append(escaped(result.info().group()));
        xml.append("\" name=\"").append(escaped(result.info().id()));
        xml.append("\" time=\"").append(seconds(result.micros())).append('"');
        String reason = escaped(result.reason() + " (" + result.info().section() + ")");
        switch (result.verdict()) {
            case PASS -> xml.append("/>\n");
            case FAIL ->
                xml.append(">\n      <failure message=\"")
                        .append(reason)
                        .append("\">")
                        .append(escaped(log(result)))
                        .append("</failure>\n    </testcase>\n");
            case UNIMPLEMENTED ->
                xml.append(">\n      <skipped message=\"").append(reason).append("\"/>\n    </testcase>\n");
            default ->
                xml.append(">\n      <system-out>")
                        .append(escaped(result.verdict().word() + ": "))
                        .append(reason)
                        .append("</system-out>\n    </testcase>\n");
        }
    }

    private static String log(CaseResult result) {
        return result.log().stream().map(JunitReport::line).collect(Collectors.joining("\n", "\n", "\n"));
    }

    private static String line(LogLine line) {
        return line.direction() + " " + line.text() + (line.hex().isEmpty() ? "" : "   " + line.hex());
    }

    private static String seconds(long micros) {
        return String.format(Locale.ROOT, "%.6f", micros / 1e6);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\n', '\t' -> escaped.appendCodePoint(c);
                default -> {
                    // XML 1.0 §2.2: the other control characters, surrogates and two noncharacters cannot stand in it.
                    boolean allowed = c >= 0x20 && !(c >= 0xD800 && c <= 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
                    escaped.appendCodePoint(allowed ? c : 0xFFFD);
                }
            }
        });
        return escaped.toString();
    }
}
