package dev.duplex.core.handshake;

import dev.duplex.core.handshake.ExtensionElement.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one {@code Sec-WebSocket-Extensions} value by the grammar of RFC 6455 §9.1. The index only ever moves forward,
 * so hostile input costs what honest input costs. Serves one value, on one thread.
 *
 * <pre>
 * extension-list  = 1#extension
 * extension       = extension-token *( ";" extension-param )
 * extension-param = token [ "=" ( token | quoted-string ) ]
 * </pre>
 */
final class ExtensionParser {
    private final CharSequence value;
    private int index;
    private String error = "";

    ExtensionParser(CharSequence value) {
        this.value = value;
    }

    /** Why {@link #parseInto} answered false. */
    String error() {
        return error;
    }

    /** Appends the elements; false, with {@link #error} set, if the value breaks the grammar. */
    boolean parseInto(List<ExtensionElement> elements) {
        skipEmptyElements();
        while (!atEnd()) {
            ExtensionElement element = element();
            if (element == null) {
                return false;
            }
            elements.add(element);
            if (!atEnd() && value.charAt(index) != ',') {
                return fail("\",\", \";\" or the end");
            }
            skipEmptyElements();
        }
        return true;
    }

    private @Nullable ExtensionElement element() {
        String name = token("an extension's name");
        if (name == null) {
            return null;
        }
        List<Parameter> parameters = new ArrayList<>();
        while (skip(';')) {
            Parameter parameter = parameter();
            if (parameter == null) {
                return null;
            }
            parameters.add(parameter);
        }
        return new ExtensionElement(name, parameters);
    }

    private @Nullable Parameter parameter() {
        String name = token("a parameter's name");
        if (name == null) {
            return null;
        }
        if (!skip('=')) {
            return new Parameter(name, null);
        }
        String content = !atEnd() && value.charAt(index) == '"' ? quotedToken() : token("a parameter's value");
        return content == null ? null : new Parameter(name, content);
    }

    private @Nullable String token(String what) {
        int start = index;
        while (!atEnd() && Grammar.isTokenChar(value.charAt(index))) {
            index++;
        }
        if (index == start) {
            fail(what);
            return null;
        }
        String token = value.subSequence(start, index).toString();
        skipWhitespace();
        return token;
    }

    /** RFC 6455 §9.1: the value after unescaping the quoted-string must be a token as well. */
    private @Nullable String quotedToken() {
        index++;
        StringBuilder content = new StringBuilder();
        while (!atEnd() && value.charAt(index) != '"') {
            // RFC 9110 §5.6.4: quoted-pair = "\" followed by the character meant.
            if (value.charAt(index) == '\\') {
                index++;
            }
            if (atEnd() || !Grammar.isTokenChar(value.charAt(index))) {
                fail("a character of a token in the quoted value");
                return null;
            }
            content.append(value.charAt(index));
            index++;
        }
        if (atEnd()) {
            fail("a closing quote");
            return null;
        }
        if (content.length() == 0) {
            fail("a token between the quotes");
            return null;
        }
        index++;
        skipWhitespace();
        return content.toString();
    }

    // RFC 6455 §9.1 takes over RFC 2616's implied *LWS: white space may stand between any two parts.
    private void skipWhitespace() {
        while (!atEnd() && Grammar.isOptionalWhitespace(value.charAt(index))) {
            index++;
        }
    }

    /** Whether the separator stands here; if so, it and the white space after it are behind us. */
    private boolean skip(char separator) {
        if (atEnd() || value.charAt(index) != separator) {
            return false;
        }
        index++;
        skipWhitespace();
        return true;
    }

    // RFC 2616 §2.1, the grammar that RFC 6455 §9.1 builds on: empty elements of a list do not count.
    private void skipEmptyElements() {
        skipWhitespace();
        while (!atEnd() && value.charAt(index) == ',') {
            index++;
            skipWhitespace();
        }
    }

    private boolean atEnd() {
        return index == value.length();
    }

    private boolean fail(String expected) {
        String got = atEnd() ? "the end" : Grammar.quote(String.valueOf(value.charAt(index)));
        error = "expected " + expected + " at index " + index + " but got " + got;
        return false;
    }
}
