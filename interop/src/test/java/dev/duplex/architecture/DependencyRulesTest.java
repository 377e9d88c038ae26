package dev.duplex.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DependencyRulesTest {

    private static JavaClasses classes;

    @BeforeAll
    static void readTheClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.duplex")
                .that(DescribedPredicate.not(resideInAPackage("dev.duplex.architecture..")));
        assertThat(classes).hasSizeGreaterThan(3);
    }

    @Test
    void packagesFollowTheArrows() {
        Modules.ARROWS.forEach((module, arrows) -> {
            String[] closed = Modules.ARROWS.keySet().stream()
                    .filter(other -> !other.equals(module) && !arrows.contains(other))
                    .map(other -> other + "..")
                    .toArray(String[]::new);
            check(noClasses()
                    .that(resideInAPackage(module + ".."))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(closed)));
        });
    }

    @Test
    void internalPackagesStayWithinTheirModuleAndItsFriends() {
        Modules.ARROWS.keySet().forEach(module -> {
            String[] inside = Stream.concat(Stream.of(module), Modules.FRIENDS.getOrDefault(module, Set.of()).stream())
                    .map(name -> name + "..")
                    .toArray(String[]::new);
            check(noClasses()
                    .that(DescribedPredicate.not(resideInAnyPackage(inside)))
                    .should()
                    .dependOnClassesThat(resideInAPackage(module + "..internal..")));
        });
    }

    /**
     * Row H21 of docs/security.md: what compares no credentials cannot tell by its time how much of them was right. Whoever
     * makes the server read them has to show there how they are compared.
     */
    @Test
    void noServerReadsCredentials() throws IOException {
        Pattern field = Pattern.compile("(?i)\"(proxy-)?authorization\"");
        for (String module : List.of("duplex-core", "duplex-transport", "duplex-server")) {
            try (Stream<Path> sources = Files.walk(Path.of("..", module, "src/main/java"))) {
                assertThat(sources.filter(Files::isRegularFile))
                        .isNotEmpty()
                        .allSatisfy(
                                source -> assertThat(Files.readString(source)).doesNotContainPattern(field));
            }
        }
    }

    @Test
    void theCoreKnowsTheJdkAndNettysBuffersOnly() {
        check(classes()
                .that(resideInAPackage("dev.duplex.core.."))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "dev.duplex.core..",
                        "java..",
                        "io.netty.buffer..",
                        "io.netty.util..",
                        "org.jspecify.annotations..")));
    }

    @Test
    void theCoreHasNoInputOrOutput() {
        check(noClasses()
                .that(resideInAPackage("dev.duplex.core.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "java.nio.channels..", "java.nio.file..", "java.util.logging..", "javax.net..")));
        check(noClasses()
                .that(resideInAPackage("dev.duplex.core.."))
                .should()
                .dependOnClassesThat(named(
                        "java.net.Socket",
                        "java.net.ServerSocket",
                        "java.net.InetAddress",
                        "java.net.InetSocketAddress",
                        "java.io.File",
                        "java.io.FileInputStream",
                        "java.io.FileOutputStream")));
    }

    @Test
    void theCoreHasNoThreadsNoClockAndNoRandomnessOfItsOwn() {
        check(noClasses()
                .that(resideInAPackage("dev.duplex.core.."))
                .should()
                .dependOnClassesThat(named(
                        "java.lang.Thread",
                        "java.util.concurrent.Executor",
                        "java.util.concurrent.ExecutorService",
                        "java.util.concurrent.Executors",
                        "java.util.concurrent.ScheduledExecutorService",
                        "java.util.concurrent.ThreadLocalRandom",
                        "java.util.Timer",
                        "java.security.SecureRandom",
                        "java.time.Clock")));
        for (String method : Set.of("nanoTime", "currentTimeMillis")) {
            check(noClasses()
                    .that(resideInAPackage("dev.duplex.core.."))
                    .should()
                    .callMethod(System.class, method));
        }
        check(noClasses().that(resideInAPackage("dev.duplex.core..")).should().callMethod(Math.class, "random"));
    }

    @Test
    void theEngineOfSocketIoIsACoreToo() {
        String core = "dev.duplex.socketio.internal.engine..";
        check(classes()
                .that(resideInAPackage(core))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        core,
                        "dev.duplex.socketio.engine..",
                        "java.lang..",
                        "java.util..",
                        "java.io..",
                        "java.nio.charset..",
                        "org.jspecify.annotations..")));
        check(noClasses()
                .that(resideInAPackage(core))
                .should()
                .dependOnClassesThat(named("java.lang.Thread", "java.util.concurrent.Executor", "java.util.Timer")));
        for (String method : Set.of("nanoTime", "currentTimeMillis")) {
            check(noClasses().that(resideInAPackage(core)).should().callMethod(System.class, method));
        }
    }

    @Test
    void nettyEndsBelowSocketIoAndTheCommandLine() {
        check(noClasses()
                .that(resideInAnyPackage("dev.duplex.cli..", "dev.duplex.socketio.."))
                .should()
                .dependOnClassesThat(resideInAPackage("io.netty..")));
    }

    /** A payload that a handler sees is a view of ours: buffers with reference counts never reach the user. */
    @Test
    void theApisOfServerClientAndSocketIoShowNeitherNettyNorInternals() {
        Set<String> api = Stream.of("dev.duplex.server", "dev.duplex.client", "dev.duplex.socketio")
                .flatMap(name -> Modules.ours().get(name).exports().stream())
                .filter(export -> !export.isQualified()) // what a friend alone sees is no API
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toSet());
        assertThat(api).contains("dev.duplex.server", "dev.duplex.client");
        check(classes()
                .that(resideInAnyPackage(api.toArray(String[]::new)))
                .should(showNoTypeOf(resideInAnyPackage("io.netty..", "dev.duplex..internal.."))));
    }

    @Test
    void librariesPrintNothing() {
        check(noClasses()
                .that(DescribedPredicate.not(resideInAPackage("dev.duplex.cli..")))
                .should(ACCESS_STANDARD_STREAMS));
    }

    @Test
    void nobodyLogsThroughTheJdk() {
        check(noClasses().should(USE_JAVA_UTIL_LOGGING));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(classes);
    }

    private static DescribedPredicate<JavaClass> named(String... names) {
        Set<String> all = Set.of(names);
        return DescribedPredicate.describe("are one of " + all, javaClass -> all.contains(javaClass.getName()));
    }

    private static ArchCondition<JavaClass> showNoTypeOf(DescribedPredicate<JavaClass> hidden) {
        return new ArchCondition<>("show in their signatures no classes that " + hidden.getDescription()) {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                if (!item.getModifiers().contains(JavaModifier.PUBLIC)) {
                    return;
                }
                Stream.concat(item.getRawInterfaces().stream(), item.getRawSuperclass().stream())
                        .filter(hidden)
                        .forEach(type -> events.add(
                                SimpleConditionEvent.violated(item, item.getName() + " is a " + type.getName())));
                for (JavaMember member : item.getMembers()) {
                    if (isVisible(member)) {
                        shown(member)
                                .filter(hidden)
                                .forEach(type -> events.add(SimpleConditionEvent.violated(
                                        member, member.getFullName() + " shows " + type.getName())));
                    }
                }
            }
        };
    }

    private static boolean isVisible(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static Stream<JavaClass> shown(JavaMember member) {
        if (member instanceof JavaField field) {
            return field.getType().getAllInvolvedRawTypes().stream();
        }
        JavaCodeUnit unit = (JavaCodeUnit) member;
        return Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream())
                .flatMap(type -> type.getAllInvolvedRawTypes().stream());
    }
}
