package dev.duplex.cli.check;

import dev.duplex.conformance.CaseInfo;
import dev.duplex.conformance.CaseResult;
import dev.duplex.conformance.Report;
import dev.duplex.conformance.Verdict;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the terminal shows at the end: a table of groups, and what is not a pass. */
public final class Summary {
    /** Of cases that say the same, so many are named. */
    private static final int NAMED = 4;

    private final PrintWriter out;

    public Summary(PrintWriter out) {
        this.out = out;
    }

    /** Prints the report, the worst last, where it is seen. */
    public void print(Report report) {
        List<Verdict> verdicts =
                List.of(Verdict.PASS, Verdict.NON_STRICT, Verdict.INFORMATIONAL, Verdict.UNIMPLEMENTED, Verdict.FAIL);
        Map<String, List<CaseResult>> groups = new LinkedHashMap<>();
        report.results()
                .forEach(result -> groups.computeIfAbsent(result.info().group(), name -> new ArrayList<>())
                        .add(result));
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "%-16s", ""));
        verdicts.forEach(verdict -> head.append(String.format(Locale.ROOT, "%15s", verdict.word())));
        out.println(head);
        groups.forEach((group, results) -> row(group, results, verdicts));
        if (groups.size() > 1) {
            row("all", report.results(), verdicts);
        }
        out.println();
        for (Verdict verdict :
                List.of(Verdict.UNIMPLEMENTED, Verdict.INFORMATIONAL, Verdict.NON_STRICT, Verdict.FAIL)) {
            reasons(report, verdict);
        }
        out.printf(
                Locale.ROOT,
                "%s: %d cases in %.1f s, %s%n",
                report.peer(),
                report.results().size(),
                report.millis() / 1000.0,
                inWords(report));
        out.flush();
    }

    private void row(String name, List<CaseResult> results, List<Verdict> verdicts) {
        StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-16s", name));
        for (Verdict verdict : verdicts) {
            long count = results.stream()
                    .filter(result -> result.verdict() == verdict)
                    .count();
            row.append(String.format(Locale.ROOT, "%15s", count == 0 ? "." : count));
        }
        out.println(row);
    }

    /** Cases that say the same stand together: a hundred times the same line hides the others. */
    private void reasons(Report report, Verdict verdict) {
        Map<String, List<CaseInfo>> reasons = new LinkedHashMap<>();
        for (CaseResult result : report.results()) {
            if (result.verdict() == verdict) {
                reasons.computeIfAbsent(result.reason(), reason -> new ArrayList<>())
                        .add(result.info());
            }
        }
        reasons.forEach((reason, cases) -> {
            String names = String.join(
                    ", ", cases.stream().limit(NAMED).map(Summary::name).toList());
            String more = cases.size() > NAMED ? " and " + (cases.size() - NAMED) + " more" : "";
            out.println(verdict.word() + "  " + names + more);
            out.println("    " + reason);
        });
        if (!reasons.isEmpty()) {
            out.println();
        }
    }

    private static String name(CaseInfo info) {
        return info.id() + info.autobahn().map(number -> " [" + number + "]").orElse("");
    }

    /** The counts in a clause. */
    static String inWords(Report report) {
        List<String> words = new ArrayList<>();
        report.counts().forEach((verdict, count) -> {
            if (count > 0 || verdict == Verdict.FAIL) {
                words.add(count + " " + verdict.word());
            }
        });
        return String.join(", ", words);
    }
}
