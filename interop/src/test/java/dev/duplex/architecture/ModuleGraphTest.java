package dev.duplex.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class ModuleGraphTest {

    @Test
    void everyModuleOfOursHasItsArrows() {
        assertThat(Modules.ours().keySet()).isEqualTo(Modules.ARROWS.keySet());
    }

    @Test
    void noModuleRequiresAnotherAgainstTheArrows() {
        Modules.ours().forEach((name, descriptor) -> {
            Set<String> required = descriptor.requires().stream()
                    .map(ModuleDescriptor.Requires::name)
                    .filter(other -> other.startsWith("dev.duplex."))
                    .collect(Collectors.toSet());
            assertThat(Modules.ARROWS.get(name)).as("what %s may require", name).containsAll(required);
        });
    }

    @Test
    void theCoreRequiresTheBufferAndNothingElse() {
        assertThat(Modules.ours().get("dev.duplex.core").requires())
                .extracting(ModuleDescriptor.Requires::name)
                .containsExactlyInAnyOrder("java.base", "io.netty.buffer", "io.netty.common", "org.jspecify");
    }

    @Test
    void noModuleExportsAnInternalPackageExceptToItsFriends() {
        Modules.ours()
                .values()
                .forEach(descriptor -> assertThat(descriptor.exports())
                        .filteredOn(exports -> isInternal(exports.source()))
                        .allSatisfy(exports -> assertThat(exports.targets())
                                .as("who sees %s", exports.source())
                                .isNotEmpty()
                                .isSubsetOf(Modules.FRIENDS.getOrDefault(descriptor.name(), Set.of()))));
    }

    @Test
    void noModuleOpensAnInternalPackage() {
        Modules.ours()
                .values()
                .forEach(descriptor -> assertThat(descriptor.opens())
                        .extracting(ModuleDescriptor.Opens::source)
                        .noneMatch(ModuleGraphTest::isInternal));
    }

    @Test
    void theModulePathLinksAndEveryModuleIsNullMarked() {
        ModuleLayer layer = Modules.layer();
        Modules.ARROWS
                .keySet()
                .forEach(name -> assertThat(layer.findModule(name))
                        .hasValueSatisfying(module -> assertThat(Set.of(module.getAnnotations()))
                                .as("annotations of %s", name)
                                .anyMatch(annotation ->
                                        annotation.annotationType().getName().equals(NullMarked.class.getName()))));
    }

    private static boolean isInternal(String packageName) {
        return Set.of(packageName.split("\\.")).contains("internal");
    }
}
