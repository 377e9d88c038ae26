package dev.duplex.cli.common;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;

/** Whether somebody sits at the other end. */
public final class Terminals {
    private Terminals() {}

    /** Whether what goes into these streams is seen by somebody, whose terminal must not obey it. */
    public static boolean show(Streams streams) {
        return streams.equals(Streams.SYSTEM) && out();
    }

    /** Whether standard output is a terminal, as far as can be told: by the launcher, or if the input is one, too. */
    public static boolean out() {
        return "terminal".equals(System.getProperty("duplex.stdout")) || inAndOut();
    }

    /** Whether both standard input and standard output are terminals. */
    public static boolean inAndOut() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // Before Java 22 there is a console only where both are.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }
}
