package dev.duplex.conformance;

import dev.duplex.conformance.internal.Case;
import dev.duplex.conformance.internal.cases.AllCases;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Every case there is. */
public final class Catalogue {
    private Catalogue() {}

    /** The cases, in the order in which they run and are reported. */
    public static List<CaseInfo> cases() {
        return AllCases.LIST.stream().map(Case::info).toList();
    }

    /**
     * Cases by name.
     *
     * @param patterns ids, or where there is no such case beginnings of ids up to a point or hyphen, such as {@code ping} or
     *     {@code utf8.invalid};
     *     with {@code *} for anything; or numbers of the Autobahn test suite such as {@code 2} or {@code 6.4.1}
     * @return whether any of the patterns names a case
     */
    public static Predicate<CaseInfo> named(List<String> patterns) {
        Set<String> ids = cases().stream().map(CaseInfo::id).collect(Collectors.toSet());
        return info -> patterns.stream()
                .map(pattern -> pattern.toLowerCase(Locale.ROOT))
                .anyMatch(pattern -> ids.contains(pattern) ? info.id().equals(pattern) : isNamed(info, pattern));
    }

    private static boolean isNamed(CaseInfo info, String pattern) {
        if (pattern.isEmpty()) {
            return false;
        }
        if (Character.isDigit(pattern.charAt(0))) {
            return info.autobahn()
                    .filter(number -> number.equals(pattern)
                            || number.startsWith(pattern.endsWith(".") ? pattern : pattern + "."))
                    .isPresent();
        }
        if (pattern.indexOf('*') >= 0) {
            StringBuilder regex = new StringBuilder();
            for (char c : pattern.toCharArray()) {
                regex.append(c == '*' ? ".*" : java.util.regex.Pattern.quote(String.valueOf(c)));
            }
            return info.id().matches(regex.toString());
        }
        String id = info.id();
        return id.startsWith(pattern)
                && (id.length() == pattern.length()
                        || pattern.endsWith(".")
                        || pattern.endsWith("-")
                        || id.charAt(pattern.length()) == '.'
                        || id.charAt(pattern.length()) == '-');
    }
}
