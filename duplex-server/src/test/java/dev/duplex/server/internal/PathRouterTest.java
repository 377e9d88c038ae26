package dev.duplex.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.duplex.server.internal.PathTemplate.Literal;
import dev.duplex.server.internal.PathTemplate.Parameter;
import dev.duplex.server.internal.PathTemplate.Segment;
import dev.duplex.server.internal.PathTemplate.Wildcard;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PathRouterTest {
    @Test
    void prefersLiteralToParameterToWildcard() {
        PathRouter<String> router = router("/room/*", "/room/{name}", "/room/lobby", "/*");

        assertThat(templateFor(router, "/room/lobby")).contains("/room/lobby");
        assertThat(templateFor(router, "/room/x")).contains("/room/{name}");
        assertThat(templateFor(router, "/room/x/y")).contains("/room/*");
        assertThat(templateFor(router, "/room")).contains("/*");
        assertThat(templateFor(router, "/")).contains("/*");
    }

    @Test
    void decidesByTheFirstSegmentFromTheLeft() {
        PathRouter<String> router = router("/{a}/b", "/a/{b}", "/a/*", "/{a}/{b}/c");

        assertThat(templateFor(router, "/a/b")).contains("/a/{b}");
        assertThat(templateFor(router, "/a/b/c")).contains("/a/*");
        assertThat(templateFor(router, "/x/b")).contains("/{a}/b");
        assertThat(templateFor(router, "/x/b/c")).contains("/{a}/{b}/c");
    }

    @Test
    void goesBackToTheParameterWhereTheLiteralLeadsNowhere() {
        PathRouter<String> router = router("/a/b/d", "/a/{x}/c");

        assertThat(templateFor(router, "/a/b/c")).contains("/a/{x}/c");
        assertThat(templateFor(router, "/a/b/e")).isEmpty();
    }

    @Test
    void handsOutDecodedParametersInOrder() {
        PathRouter.Match<String> match =
                router("/{b}/x/{a}").match(segments("/%E4%B8%80/x/c%2Fd")).orElseThrow();

        assertThat(match.parameters()).containsExactly(entry("b", "一"), entry("a", "c/d"));
        assertThat(match.tail()).containsExactly("一", "x", "c/d");
        assertThatThrownBy(() -> match.parameters().put("c", "d")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void handsOutTheRestOfThePathForAWildcard() {
        PathRouter.Match<String> match =
                router("/files/*").match(segments("/files/a%2Fb//c/")).orElseThrow();

        assertThat(match.parameters()).containsExactly(entry("*", "a/b//c/"));
        assertThat(match.tail()).containsExactly("a/b", "", "c", "");
    }

    @Test
    void takesEmptySegmentsLiterally() {
        PathRouter<String> router = router("/a/b", "/room/{name}", "/files/*");

        assertThat(templateFor(router, "//a//b")).isEmpty();
        assertThat(templateFor(router, "/a/b/")).isEmpty();
        assertThat(templateFor(router, "/room/")).isEmpty();
        assertThat(templateFor(router, "/files/")).contains("/files/*");
        assertThat(templateFor(router, "/files")).isEmpty();
    }

    @Test
    void tellsUpperFromLowerCase() {
        assertThat(templateFor(router("/chat"), "/Chat")).isEmpty();
    }

    @Test
    void refusesTwoTemplatesForTheSamePaths() {
        PathRouter.Builder<Integer> builder = PathRouter.<Integer>builder().add("/room/{name}/*", 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.add("/room/{id}/*", 2))
                .withMessage("the path templates \"/room/{name}/*\" and \"/room/{id}/*\" fit the same paths:"
                        + " leave one of them out");
        assertThat(builder.build().match(segments("/room/a/b")).orElseThrow().value())
                .isEqualTo(1);
    }

    @Test
    void isNotChangedByItsBuilder() {
        PathRouter.Builder<Integer> builder = PathRouter.builder();
        PathRouter<Integer> empty = builder.build();
        builder.add("/", 1);

        assertThat(empty.match(segments("/"))).isEmpty();
    }

    @Test
    void searchesALongPathWithoutDeepRecursion() {
        PathRouter<String> router = router("/{a}/*", "/a/a/a");

        assertThat(templateFor(router, "/a".repeat(100_000))).contains("/{a}/*");
    }

    @Property
    void findsWhatANaiveSearchFinds(@ForAll("templates") List<String> templates, @ForAll("paths") String path) {
        List<PathTemplate> parsed = distinct(templates);
        PathRouter<String> router =
                router(parsed.stream().map(PathTemplate::text).toArray(String[]::new));

        Optional<String> expected = parsed.stream()
                .filter(template -> fits(template, segments(path)))
                .min(Comparator.comparing(PathRouterTest::ranks))
                .map(PathTemplate::text);
        assertThat(templateFor(router, path)).isEqualTo(expected);
    }

    @Provide
    Arbitrary<List<String>> templates() {
        Arbitrary<String> segment = Arbitraries.of("a", "b", "{p}", "");
        Arbitrary<String> body = segment.list().ofMaxSize(4).map(PathRouterTest::numbered);
        return Arbitraries.of("", "/*")
                .flatMap(end -> body.map(text -> text + end))
                .list()
                .ofMaxSize(12);
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of("a", "b", "c", "")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(parts -> "/" + String.join("/", parts));
    }

    private static String numbered(List<String> segments) {
        StringBuilder template = new StringBuilder();
        for (int i = 0; i < segments.size(); i++) {
            template.append('/').append(segments.get(i).replace("p", "p" + i));
        }
        return template.toString();
    }

    private static List<PathTemplate> distinct(List<String> templates) {
        Set<List<Segment>> shapes = new HashSet<>();
        List<PathTemplate> distinct = new ArrayList<>();
        for (String template : templates) {
            PathTemplate parsed = PathTemplate.parse(template.isEmpty() ? "/" : template);
            if (shapes.add(parsed.shape())) {
                distinct.add(parsed);
            }
        }
        return distinct;
    }

    private static boolean fits(PathTemplate template, List<String> path) {
        int count = template.segments().size();
        boolean wildcard = template.segments().get(count - 1) instanceof Wildcard;
        if (wildcard ? path.size() < count : path.size() != count) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            Segment segment = template.segments().get(i);
            if (segment instanceof Literal literal && !literal.text().equals(path.get(i))
                    || segment instanceof Parameter && path.get(i).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private static String ranks(PathTemplate template) {
        StringBuilder ranks = new StringBuilder();
        template.segments()
                .forEach(segment ->
                        ranks.append(segment instanceof Literal ? '0' : segment instanceof Parameter ? '1' : '2'));
        return ranks.toString();
    }

    private static PathRouter<String> router(String... templates) {
        PathRouter.Builder<String> builder = PathRouter.builder();
        for (String template : templates) {
            builder.add(template, template);
        }
        return builder.build();
    }

    private static Optional<String> templateFor(PathRouter<String> router, String path) {
        return router.match(segments(path)).map(PathRouter.Match::template);
    }

    private static List<String> segments(String path) {
        return RequestTarget.parse(path).segments();
    }
}
