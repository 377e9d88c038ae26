package dev.duplex.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    private static List<String> ids(String... patterns) {
        return Catalogue.cases().stream()
                .filter(Catalogue.named(List.of(patterns)))
                .map(CaseInfo::id)
                .toList();
    }

    @Test
    void namesEachCaseOnce() {
        assertThat(Catalogue.cases()).extracting(CaseInfo::id).doesNotHaveDuplicates();
        assertThat(Catalogue.cases()).extracting(CaseInfo::id).allMatch(id -> id.matches("[a-z0-9-]+\\.[a-z0-9.-]+"));
    }

    @Test
    void saysOfEachCaseWhatItIsAboutAndWhatItDoes() {
        assertThat(Catalogue.cases()).allSatisfy(info -> {
            assertThat(info.sentence()).endsWith(".");
            assertThat(info.section()).matches("RFC \\d+ §[\\d.]+");
            assertThat(info.steps()).isNotEmpty();
            assertThat(info.roles()).isNotEmpty();
        });
    }

    @Test
    void coversTheGroupsOfAutobahn() {
        List<String> numbers = new ArrayList<>();
        Catalogue.cases().forEach(info -> info.autobahn().ifPresent(numbers::add));
        assertThat(numbers).doesNotHaveDuplicates();
        range(numbers, "1.1.", 8);
        range(numbers, "1.2.", 8);
        range(numbers, "2.", 11);
        range(numbers, "3.", 7);
        range(numbers, "4.1.", 5);
        range(numbers, "4.2.", 5);
        range(numbers, "5.", 20);
        range(numbers, "6.4.", 4);
        range(numbers, "6.22.", 34);
        range(numbers, "7.7.", 13);
        range(numbers, "9.1.", 6);
        range(numbers, "9.8.", 6);
        range(numbers, "12.1.", 10);
        range(numbers, "13.", 5);
    }

    private static void range(List<String> numbers, String prefix, int last) {
        assertThat(numbers)
                .containsAll(IntStream.rangeClosed(1, last)
                        .mapToObj(number -> prefix + number)
                        .toList());
    }

    @Test
    void findsCasesByIdByTheBeginningOfOneByNumberAndByPattern() {
        assertThat(ids("ping.payload-126")).containsExactly("ping.payload-126");
        assertThat(ids("ping.unsolicited-pong")).containsExactly("ping.unsolicited-pong");
        assertThat(ids("2.5")).containsExactly("ping.payload-126");
        assertThat(ids("ping.payload")).contains("ping.payload-125", "ping.payload-126", "ping.payload-1");
        assertThat(ids("ping")).hasSizeGreaterThan(20).allMatch(id -> id.startsWith("ping."));
        assertThat(ids("deflate")).isNotEmpty().anyMatch(id -> id.startsWith("deflate-offer."));
        assertThat(ids("6.2"))
                .containsExactly(
                        "utf8.valid-latin",
                        "utf8.latin-frame-per-byte",
                        "utf8.greek-frame-per-byte",
                        "utf8.latin-two-frames");
        assertThat(ids("size.*-16m")).containsExactly("size.text-16m", "size.binary-16m");
        assertThat(ids("pin", "", "99")).isEmpty();
    }

    @Test
    void hasCasesForEitherEnd() {
        assertThat(Catalogue.cases())
                .filteredOn(info -> info.group().equals("opening"))
                .allMatch(info -> !info.roles().contains(PeerRole.CLIENT));
        assertThat(Catalogue.cases())
                .filteredOn(info -> info.group().equals("response"))
                .isNotEmpty()
                .allMatch(info -> !info.roles().contains(PeerRole.SERVER));
    }
}
