package dev.duplex.cli.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.duplex.conformance.CaseInfo;
import dev.duplex.conformance.CaseResult;
import dev.duplex.conformance.LogLine;
import dev.duplex.conformance.PeerRole;
import dev.duplex.conformance.Report;
import dev.duplex.conformance.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A report as JSON, and back. */
public final class JsonReports {
    /** Says what the file is, and changes when its form does. */
    private static final String FORMAT = "duplex-check-1";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonReports() {}

    /** The report as text. */
    public static String write(Report report) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node(report)) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts and numbers can be written", e);
        }
    }

    /**
     * Several reports on one line, for a page. So that it stays small, what is sent and expected is told once for each
     * case, and beside each other the bytes of those that did not pass alone.
     */
    static String writeAll(List<Report> reports) {
        ArrayNode all = MAPPER.createArrayNode();
        Set<String> told = new HashSet<>();
        for (Report report : reports) {
            ObjectNode node = node(report);
            for (JsonNode each : node.get("cases")) {
                ObjectNode result = (ObjectNode) each;
                if (!told.add(result.get("id").asText())) {
                    result.remove(List.of("sentence", "section", "autobahn", "steps"));
                }
                if (reports.size() > 1 && result.get("verdict").asText().equals(Verdict.PASS.word())) {
                    result.remove("log");
                }
            }
            all.add(node);
        }
        return all.toString();
    }

    private static ObjectNode node(Report report) {
        ObjectNode node = MAPPER.createObjectNode()
                .put("format", FORMAT)
                .put("peer", report.peer())
                .put("role", report.role().name().toLowerCase(Locale.ROOT))
                .put("started", report.started().toString())
                .put("millis", report.millis());
        ObjectNode counts = node.putObject("counts");
        report.counts().forEach((verdict, count) -> counts.put(verdict.word(), count));
        ArrayNode cases = node.putArray("cases");
        report.results().forEach(result -> cases.add(node(result)));
        return node;
    }

    private static ObjectNode node(CaseResult result) {
        CaseInfo info = result.info();
        ObjectNode node = MAPPER.createObjectNode()
                .put("id", info.id())
                .put("sentence", info.sentence())
                .put("section", info.section());
        info.autobahn().ifPresent(number -> node.put("autobahn", number));
        node.put("verdict", result.verdict().word())
                .put("reason", result.reason())
                .put("micros", result.micros());
        ArrayNode steps = node.putArray("steps");
        info.steps().forEach(steps::add);
        ArrayNode log = node.putArray("log");
        for (LogLine line : result.log()) {
            ObjectNode entry = log.addObject()
                    .put("micros", line.micros())
                    .put("direction", line.direction())
                    .put("text", line.text());
            if (!line.hex().isEmpty()) {
                entry.put("hex", line.hex());
            }
        }
        return node;
    }

    /**
     * Reads a report.
     *
     * @throws IOException if the file cannot be read, or is no report; the message names the file
     */
    public static Report read(Path file) throws IOException {
        try {
            JsonNode node = MAPPER.readTree(Files.readString(file));
            if (!FORMAT.equals(node.path("format").asText())) {
                throw new IOException(file + " is no report: expected \"format\": \"" + FORMAT + "\"");
            }
            PeerRole role = PeerRole.valueOf(node.path("role").asText().toUpperCase(Locale.ROOT));
            List<CaseResult> results = new ArrayList<>();
            for (JsonNode each : node.path("cases")) {
                results.add(result(each, role));
            }
            return new Report(
                    node.path("peer").asText(),
                    role,
                    Instant.parse(node.path("started").asText()),
                    node.path("millis").asLong(),
                    results);
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            throw new IOException(file + " is no report: " + e.getMessage(), e);
        }
    }

    private static CaseResult result(JsonNode node, PeerRole role) throws IOException {
        List<String> steps = new ArrayList<>();
        node.path("steps").forEach(step -> steps.add(step.asText()));
        String id = node.path("id").asText();
        if (id.indexOf('.') < 0) {
            throw new IOException("a case is named group.name, but one of the report is " + id);
        }
        Set<PeerRole> roles = EnumSet.of(role);
        CaseInfo info = new CaseInfo(
                id,
                node.path("sentence").asText(),
                node.path("section").asText(),
                Optional.ofNullable(node.path("autobahn").asText(null)),
                roles,
                steps);
        List<LogLine> log = new ArrayList<>();
        for (JsonNode line : node.path("log")) {
            log.add(new LogLine(
                    line.path("micros").asLong(),
                    line.path("direction").asText(),
                    line.path("text").asText(),
                    line.path("hex").asText()));
        }
        return new CaseResult(
                info,
                verdict(node.path("verdict").asText()),
                node.path("reason").asText(),
                node.path("micros").asLong(),
                log);
    }

    private static Verdict verdict(String word) {
        return Verdict.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
