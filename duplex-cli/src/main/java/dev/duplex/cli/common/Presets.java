package dev.duplex.cli.common;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.Stack;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Options of a verb that nobody has to type each time: those of the file of {@code --config}, and those of variables
 * like {@code DUPLEX_MAX_MESSAGE}.
 *
 * <p>What is typed comes first, then the environment, then the file. An option that may be repeated is taken from all of
 * them.
 */
public final class Presets {
    private static final String CONFIG = "--config";
    private static final String PREFIX = "DUPLEX_";
    private static final Pattern LINE = Pattern.compile("(?:--)?([a-z0-9][a-z0-9-]*)(?:(?:\\s*=\\s*|\\s+)(.*))?");

    /** They have their own reading: what is typed instead of one of them keeps the other one out, too. */
    private static final Set<String> CREDENTIALS = Set.of("DUPLEX_USER", "DUPLEX_BEARER", "DUPLEX_PASSWORD");

    private final Map<String, String> environment;
    private final IFactory factory;

    /** Where an option's value was found, for who has to be told that it is wrong. */
    private final Map<OptionSpec, String> sources = new HashMap<>();

    public Presets(Map<String, String> environment, IFactory factory) {
        this.environment = environment;
        this.factory = factory;
    }

    /** Gives a verb its {@code --config}, and what that and the environment say. */
    public void addTo(CommandLine verb) {
        CommandSpec spec = verb.getCommandSpec();
        spec.addOption(OptionSpec.builder(CONFIG)
                .type(Path.class)
                .paramLabel("FILE")
                .description("Take options from this file as well, one in a line without its dashes: max-message 64k."
                        + " So does the variable DUPLEX_MAX_MESSAGE; what is typed comes first.")
                .build());
        spec.preprocessor(new IParameterPreprocessor() {
            @Override
            public boolean preprocess(
                    Stack<String> args, CommandSpec command, @Nullable ArgSpec arg, Map<String, Object> info) {
                push(args, command);
                return false;
            }
        });
    }

    /** Where the value of an option came from, if it was not typed. */
    public Optional<String> sourceOf(@Nullable ArgSpec option) {
        return option == null ? Optional.empty() : Optional.ofNullable(sources.get(option));
    }

    /** The top of the stack is read first. */
    private void push(Stack<String> args, CommandSpec verb) {
        List<String> typed = new ArrayList<>(args);
        Collections.reverse(typed);
        ParseResult given = parsed(verb, typed);
        if (given.isUsageHelpRequested()) {
            return;
        }
        Set<OptionSpec> settled = new HashSet<>();
        named(given).forEach(option -> settled.add(verb.findOption(option.longestName())));
        List<Preset> presets = new ArrayList<>(unsettled(ofEnvironment(verb), settled));
        String file = given.hasMatchedOption(CONFIG)
                ? given.matchedOption(CONFIG).originalStringValues().get(0)
                : environment.get(PREFIX + "CONFIG");
        if (file != null) {
            presets.addAll(unsettled(ofFile(file, verb), settled));
        }
        for (Preset preset : presets) {
            sources.put(preset.option(), preset.source());
            args.push(preset.argument());
        }
    }

    /** What was typed, read by a twin of the verb, which forgives what the verb itself will complain of. */
    private ParseResult parsed(CommandSpec verb, List<String> typed) {
        CommandLine twin = new CommandLine(verb.userObject().getClass(), factory);
        twin.getCommandSpec()
                .addOption(OptionSpec.builder(CONFIG).type(String.class).build())
                .parser()
                .collectErrors(true);
        twin.setExpandAtFiles(false);
        twin.setStopAtPositional(verb.parser().stopAtPositional());
        return twin.parseArgs(typed.toArray(String[]::new));
    }

    /** The options that were typed, with those whose values are wrong. */
    private static List<OptionSpec> named(ParseResult given) {
        List<OptionSpec> named = new ArrayList<>(given.matchedOptions());
        for (Exception error : given.errors()) {
            if (error instanceof ParameterException wrong && wrong.getArgSpec() instanceof OptionSpec option) {
                named.add(option);
            }
        }
        return named;
    }

    /** Leaves out the options that are settled already, and settles the others. */
    private static List<Preset> unsettled(List<Preset> presets, Set<OptionSpec> settled) {
        List<Preset> kept = presets.stream()
                .filter(preset -> preset.option().isMultiValue() || !settled.contains(preset.option()))
                .toList();
        kept.forEach(preset -> settled.add(preset.option()));
        return kept;
    }

    private List<Preset> ofEnvironment(CommandSpec verb) {
        List<Preset> presets = new ArrayList<>();
        for (OptionSpec option : verb.options()) {
            String variable = PREFIX
                    + option.longestName()
                            .replaceFirst("^-+", "")
                            .replace('-', '_')
                            .toUpperCase(Locale.ROOT);
            String value = environment.get(variable);
            if (value != null && !CREDENTIALS.contains(variable) && isPresettable(option)) {
                preset(option, value, variable).ifPresent(presets::add);
            }
        }
        return presets;
    }

    private static List<Preset> ofFile(String file, CommandSpec verb) {
        List<Preset> presets = new ArrayList<>();
        int number = 0;
        for (String line : Secret.ofFile(CONFIG + " " + file, file)
                .lines()
                .map(String::strip)
                .toList()) {
            number++;
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher parts = LINE.matcher(line);
            String source = file + ", line " + number;
            OptionSpec option = parts.matches() ? verb.findOption("--" + parts.group(1)) : null;
            if (option == null || !isPresettable(option)) {
                throw CommandFailure.usage(source + ": expected an option of '" + verb.qualifiedName()
                        + "' without its dashes, such as 'max-message 64k', but got '" + line + "'");
            }
            preset(option, Objects.requireNonNullElse(parts.group(2), "true"), source)
                    .ifPresent(presets::add);
        }
        return presets;
    }

    private static boolean isPresettable(OptionSpec option) {
        return !option.usageHelp()
                && !option.versionHelp()
                && !option.longestName().equals(CONFIG);
    }

    private static Optional<Preset> preset(OptionSpec option, String value, String source) {
        String name = option.longestName();
        if (option.arity().max() > 0) {
            return Optional.of(new Preset(option, name + "=" + value, source));
        }
        return switch (value) {
            case "true", "1" -> Optional.of(new Preset(option, name, source));
            case "false", "0", "" -> Optional.empty();
            default ->
                throw CommandFailure.usage(
                        source + ": expected true or false for " + name + " but got '" + value + "'");
        };
    }

    /** An option as it would have been typed. */
    private record Preset(OptionSpec option, String argument, String source) {}
}
