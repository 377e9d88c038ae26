package dev.duplex.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code duplex completion}: what a shell has to know to complete verbs and options. */
@Command(
        name = "completion",
        description = "Prints a script that lets a shell complete verbs and options.",
        footer = {
            "",
            "  bash, zsh: source <(duplex completion bash), in ~/.bashrc or ~/.zshrc",
            "  fish:      duplex completion fish > ~/.config/fish/completions/duplex.fish"
        })
final class CompletionCommand implements Callable<Integer> {

    enum Shell {
        bash,
        zsh,
        fish
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private Shell shell = Shell.bash;

    @Override
    public Integer call() {
        CommandLine duplex = spec.parent().commandLine();
        PrintWriter out = spec.commandLine().getOut();
        switch (shell) {
            // One script for both: in zsh it loads what zsh has for scripts of bash.
            case bash, zsh -> out.print(AutoComplete.bash(duplex.getCommandName(), duplex));
            case fish -> fish(out, duplex);
        }
        out.flush();
        return 0;
    }

    private static void fish(PrintWriter out, CommandLine duplex) {
        out.println("complete -c duplex -f -n __fish_use_subcommand -l help -s h -d 'Show this help and leave.'");
        out.println("complete -c duplex -f -n __fish_use_subcommand -l version -s V -d 'Tell the version.'");
        duplex.getSubcommands().forEach((name, verb) -> {
            CommandSpec known = verb.getCommandSpec();
            if (known.usageMessage().hidden()) {
                return;
            }
            out.println("complete -c duplex -f -n __fish_use_subcommand -a " + name + " -d "
                    + quoted(firstSentence(known.usageMessage().description())));
            for (OptionSpec option : known.options()) {
                if (!option.hidden()) {
                    out.println("complete -c duplex -n '__fish_seen_subcommand_from " + name + "'" + names(option)
                            + (option.arity().min() > 0 ? " -r" : "") + values(option) + " -d "
                            + quoted(firstSentence(option.description())));
                }
            }
        });
    }

    private static String names(OptionSpec option) {
        StringBuilder names = new StringBuilder();
        for (String name : option.names()) {
            names.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
        }
        return names.toString();
    }

    /** The words that an option's value can be, where it is one of a few. */
    private static String values(OptionSpec option) {
        Iterable<String> words = option.completionCandidates();
        return words == null ? "" : " -f -a " + quoted(String.join(" ", words));
    }

    private static String firstSentence(String[] description) {
        return String.join(" ", description).replaceFirst("[;.](\\s.*)?$", "").replaceFirst("(?s)%n.*", "");
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
