package dev.duplex.cli.connect.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jline.keymap.KeyMap;
import org.jline.reader.Binding;
import org.jline.reader.Candidate;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.Reference;
import org.jline.reader.Widget;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;

/** The line that is being typed: JLine, told what our lines look like. */
final class Editor {
    private static final int MAX_FILES = 200;
    private static final long LOOK_MILLIS = 50;
    private static final String CTRL_J = "\n";
    private static final String ALT_ENTER = "\033\r";
    private static final String APPLICATION = "\033O";
    private static final String NORMAL = "\033[";
    private static final List<String> CURSOR_KEYS = List.of("A", "B", "C", "D", "H", "F");
    private static final String NEW_LINE = "duplex-new-line";

    private Editor() {}

    /** @param history where it is kept, or null for the time of this run only */
    static LineReader create(Terminal terminal, Theme theme, @Nullable Path history) {
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("duplex")
                .parser(new Lines())
                .completer(Editor::complete)
                .highlighter(new Commands(theme))
                .history(new PrivateHistory())
                .variable(LineReader.HISTORY_SIZE, PrivateHistory.SIZE)
                .variable(LineReader.HISTORY_FILE_SIZE, PrivateHistory.SIZE)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "… ")
                .variable(LineReader.BELL_STYLE, "none")
                .variable(LineReader.INDENTATION, 0)
                // What is typed is sent as it is: no !!, no \, nothing.
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_TIMESTAMPED, false)
                .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
                .option(LineReader.Option.AUTO_PARAM_SLASH, false)
                .option(LineReader.Option.INSERT_TAB, false)
                // The transcript shows it instead, with its time.
                .option(LineReader.Option.ERASE_LINE_ON_FINISH, true);
        if (history != null) {
            builder.variable(LineReader.HISTORY_FILE, history);
        }
        LineReader reader = builder.build();
        Widget newLine = () -> {
            reader.getBuffer().write('\n');
            return true;
        };
        reader.getWidgets().put(NEW_LINE, newLine);
        for (String map : List.of(LineReader.MAIN, LineReader.EMACS, LineReader.VIINS)) {
            KeyMap<Binding> keys = Objects.requireNonNull(reader.getKeyMaps().get(map));
            keys.bind(new Reference(NEW_LINE), CTRL_J, ALT_ENTER);
            bindBothForms(keys);
        }
        return reader;
    }

    /**
     * A terminal sends its arrow keys, Home and End as ESC [ A until it is told otherwise, and then as ESC O A, or the
     * other way round. JLine knows the form that it asks for; but what is pressed before it asks is in the other.
     */
    private static void bindBothForms(KeyMap<Binding> keys) {
        for (String key : CURSOR_KEYS) {
            Binding application = keys.getBound(APPLICATION + key);
            Binding normal = keys.getBound(NORMAL + key);
            if (application != null && normal == null) {
                keys.bind(application, NORMAL + key);
            } else if (normal != null && application == null) {
                keys.bind(normal, APPLICATION + key);
            }
        }
    }

    /**
     * Takes what was typed before the terminal was ours. Until then it makes line feeds of Enter, which would begin a line
     * of the same message.
     */
    static void takeWhatWasTypedBefore(LineReader reader) throws IOException {
        StringBuilder typed = new StringBuilder();
        NonBlockingReader keyboard = reader.getTerminal().reader();
        for (int key = keyboard.read(LOOK_MILLIS); key >= 0; key = keyboard.read(LOOK_MILLIS)) {
            typed.append((char) key);
        }
        if (!typed.isEmpty()) {
            reader.getTerminal().writer().println(); // after its echo
            reader.runMacro(typed.toString().replace('\n', '\r'));
        }
    }

    /** A line is one word, unless three quotes keep it open. */
    private static final class Lines implements Parser {
        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            if (context == ParseContext.ACCEPT_LINE && Input.isOpen(line)) {
                throw new EOFError(-1, -1, "three quotes end it", Input.QUOTES);
            }
            return new Typed(line, cursor);
        }

        @Override
        public boolean isEscapeChar(char c) {
            return false;
        }
    }

    /** Words are what spaces separate; of interest for the completion only. */
    private record Typed(String line, int cursor) implements CompletingParsedLine {
        private int start() {
            return line.lastIndexOf(' ', cursor - 1) + 1;
        }

        @Override
        public String word() {
            int end = line.indexOf(' ', cursor);
            return line.substring(start(), end < 0 ? line.length() : end);
        }

        @Override
        public int wordCursor() {
            return cursor - start();
        }

        @Override
        public int wordIndex() {
            return (int)
                    line.substring(0, start()).chars().filter(c -> c == ' ').count();
        }

        @Override
        public int rawWordCursor() {
            return wordCursor();
        }

        @Override
        public int rawWordLength() {
            return word().length();
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            return candidate;
        }

        @Override
        public List<String> words() {
            return List.of(line.split(" ", -1));
        }
    }

    private static void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        if (!line.line().startsWith("/")) {
            return;
        }
        if (line.wordIndex() == 0) {
            for (SlashCommand command : SlashCommand.values()) {
                candidates.add(
                        new Candidate(command.word(), command.word(), null, command.meaning(), null, null, true));
            }
            return;
        }
        Optional<SlashCommand> command = SlashCommand.named(line.words().get(0));
        if (command.isPresent() && line.wordIndex() == 1) {
            String word = line.word().substring(0, line.wordCursor());
            if (command.get().takesFile()) {
                files("", word, candidates);
            } else if (command.get() == SlashCommand.BIN && word.startsWith("@")) {
                files("@", word.substring(1), candidates);
            }
        }
    }

    /** The files whose names go on like this. */
    private static void files(String before, String word, List<Candidate> candidates) {
        int slash = word.lastIndexOf('/');
        String folder = word.substring(0, slash + 1);
        Path path = folder.isEmpty() ? Path.of(".") : LocalFiles.of(folder);
        try (Stream<Path> files = Files.list(path)) {
            files.limit(MAX_FILES).forEach(file -> {
                String name = before + folder + file.getFileName();
                boolean directory = Files.isDirectory(file);
                candidates.add(new Candidate(
                        directory ? name + "/" : name,
                        file.getFileName() + (directory ? "/" : ""),
                        null,
                        null,
                        null,
                        null,
                        !directory));
            });
        } catch (IOException | java.io.UncheckedIOException e) {
            return; // nothing there to offer
        }
    }

    /** Shows whether a command is one before it is sent. */
    private record Commands(Theme theme) implements Highlighter {
        @Override
        public AttributedString highlight(LineReader reader, String line) {
            if (!line.startsWith("/") || line.startsWith("//")) {
                return new AttributedString(line);
            }
            int space = line.indexOf(' ');
            String word = space < 0 ? line : line.substring(0, space);
            boolean known = SlashCommand.named(word).isPresent();
            boolean begun = space < 0
                    && Stream.of(SlashCommand.values()).anyMatch(c -> c.word().startsWith(word));
            return new AttributedStringBuilder()
                    .append(word, known ? theme.command() : begun ? theme.plain() : theme.problem())
                    .append(line.substring(word.length()), theme.plain())
                    .toAttributedString();
        }

        @Override
        public void setErrorPattern(Pattern pattern) {}

        @Override
        public void setErrorIndex(int index) {}
    }

    /** The history file of this user; null where there can be none. */
    static @Nullable Path history(Map<String, String> environment) {
        Optional<Path> file = PrivateHistory.file(environment);
        if (file.isEmpty()) {
            return null;
        }
        try {
            PrivateHistory.prepare(file.get());
            return file.get();
        } catch (IOException e) {
            return null; // a history is no reason not to connect
        }
    }
}
