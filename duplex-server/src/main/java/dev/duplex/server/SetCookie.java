package dev.duplex.server;

import dev.duplex.server.internal.HttpDate;
import dev.duplex.server.internal.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A cookie for the Set-Cookie field of a response (RFC 6265 §4.1), checked when it is built. Immutable.
 *
 * <pre>{@code
 * SetCookie.builder("sid", token).path("/").secure().httpOnly().sameSite(SetCookie.SameSite.STRICT).build();
 * }</pre>
 */
public final class SetCookie {
    private final String name;
    private final String field;

    private SetCookie(String name, String field) {
        this.name = name;
        this.field = field;
    }

    /** Whether a user agent sends the cookie with requests that other sites cause (RFC 6265bis §5.6.7). */
    public enum SameSite {
        /** Only with requests that the cookie's own site causes. */
        STRICT("Strict"),
        /** Also when the user follows a link to the site. */
        LAX("Lax"),
        /** Always; user agents take it only together with Secure. */
        NONE("None");

        private final String word;

        SameSite(String word) {
            this.word = word;
        }
    }

    /**
     * A builder for a session cookie that only the host itself gets back.
     *
     * @param name a token (RFC 9110 §5.6.2)
     * @param value visible US-ASCII without space, double quote, comma, semicolon and backslash; may be empty
     * @throws IllegalArgumentException if one of them is not so; encode other values, for instance as Base64
     */
    public static Builder builder(String name, String value) {
        return new Builder(name, value);
    }

    /** A cookie that makes the user agent forget the one of this name with the path {@code /}. */
    public static SetCookie delete(String name) {
        return builder(name, "").path("/").maxAge(Duration.ZERO).build();
    }

    /** The name of the cookie. */
    public String name() {
        return name;
    }

    /** The value of the Set-Cookie field. */
    public String toFieldValue() {
        return field;
    }

    /** The name only: the value may be a credential, which does not belong into a log. */
    @Override
    public String toString() {
        return "SetCookie[" + name + "]";
    }

    /** Collects the attributes. Not safe for use by several threads. */
    public static final class Builder {
        private final String name;
        private final String value;
        private @Nullable String path;
        private @Nullable String domain;
        private @Nullable Duration maxAge;
        private @Nullable Instant expires;
        private @Nullable SameSite sameSite;
        private boolean secure;
        private boolean httpOnly;

        private Builder(String name, String value) {
            if (!Text.isToken(name)) {
                throw new IllegalArgumentException("the name of a cookie must be a token, letters, digits and"
                        + " !#$%&'*+-.^_`|~ only, but was " + Text.quote(name) + " (RFC 6265 §4.1.1)");
            }
            // The value is not repeated: it may be a credential.
            firstOutside(value, SetCookie::isCookieOctet).ifPresent(index -> {
                throw new IllegalArgumentException(String.format(
                        "the value of the cookie %s must be visible US-ASCII without space, double quote, comma,"
                                + " semicolon and backslash, but has U+%04X at index %d (RFC 6265 §4.1.1); encode it,"
                                + " for instance as Base64",
                        name, (int) value.charAt(index), index));
            });
            this.name = name;
            this.value = value;
        }

        /**
         * The path under which user agents send the cookie; without one, the folder of the request's path.
         *
         * @throws IllegalArgumentException if the path does not begin with a slash, or has a semicolon, a control
         *     character or one outside US-ASCII (RFC 6265 §4.1.1)
         */
        public Builder path(String path) {
            if (!path.startsWith("/")
                    || firstOutside(path, c -> c >= 0x20 && c < 0x7F && c != ';')
                            .isPresent()) {
                throw new IllegalArgumentException(
                        "the path of a cookie must begin with a slash and be US-ASCII without"
                                + " semicolon and control characters, but was " + Text.quote(path)
                                + " (RFC 6265 §4.1.1)");
            }
            this.path = path;
            return this;
        }

        /**
         * A domain whose hosts all get the cookie; without one, only the host that set it.
         *
         * @throws IllegalArgumentException if it is not a host name of letters, digits, hyphens and dots (RFC 1034 §3.5)
         */
        public Builder domain(String domain) {
            if (!isHostName(domain)) {
                throw new IllegalArgumentException("the domain of a cookie must be a host name such as example.com,"
                        + " without a leading dot, but was " + Text.quote(domain) + " (RFC 6265 §4.1.1)");
            }
            this.domain = domain;
            return this;
        }

        /**
         * How long the cookie lasts, in whole seconds; zero deletes it. Without it and {@link #expires}, until the user
         * agent's session ends.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder maxAge(Duration maxAge) {
            if (maxAge.isNegative()) {
                throw new IllegalArgumentException(
                        "the maximum age of a cookie must not be negative but was " + maxAge);
            }
            this.maxAge = maxAge;
            return this;
        }

        /**
         * When the cookie ends; {@link #maxAge} has precedence.
         *
         * @throws IllegalArgumentException if the year is not from 1601 to 9999 (RFC 6265 §5.1.1)
         */
        public Builder expires(Instant expires) {
            if (expires.isBefore(Instant.parse("1601-01-01T00:00:00Z"))
                    || !expires.isBefore(Instant.parse("9999-12-31T23:59:59Z"))) {
                throw new IllegalArgumentException("a cookie must expire in a year from 1601 to 9999 but was given "
                        + expires + " (RFC 6265 §5.1.1)");
            }
            this.expires = expires;
            return this;
        }

        /** Only over TLS. */
        public Builder secure() {
            this.secure = true;
            return this;
        }

        /** Out of reach of scripts. */
        public Builder httpOnly() {
            this.httpOnly = true;
            return this;
        }

        public Builder sameSite(SameSite sameSite) {
            this.sameSite = sameSite;
            return this;
        }

        /**
         * The cookie.
         *
         * @throws IllegalArgumentException if user agents would drop it: SameSite=None or the name prefix
         *     {@code __Secure-} without Secure, or the name prefix {@code __Host-} without Secure and the path {@code /},
         *     or with a domain (RFC 6265bis §4.1.3)
         */
        public SetCookie build() {
            String lower = Text.lowerCase(name);
            if (!secure && (sameSite == SameSite.NONE || lower.startsWith("__secure-"))) {
                throw new IllegalArgumentException("user agents drop the cookie " + name
                        + " without the attribute Secure (RFC 6265bis §4.1.3): call secure()");
            }
            if (lower.startsWith("__host-") && (!secure || !"/".equals(path) || domain != null)) {
                throw new IllegalArgumentException("user agents drop the cookie " + name
                        + " unless it has the attribute Secure, the path / and no domain (RFC 6265bis §4.1.3)");
            }
            return new SetCookie(name, field());
        }

        private String field() {
            StringBuilder field = new StringBuilder(name).append('=').append(value);
            append(field, "Path", path);
            append(field, "Domain", domain);
            append(field, "Max-Age", maxAge == null ? null : String.valueOf(maxAge.toSeconds()));
            append(field, "Expires", expires == null ? null : HttpDate.format(expires));
            if (secure) {
                field.append("; Secure");
            }
            if (httpOnly) {
                field.append("; HttpOnly");
            }
            append(field, "SameSite", sameSite == null ? null : sameSite.word);
            return field.toString();
        }

        private static void append(StringBuilder field, String attribute, @Nullable String value) {
            if (value != null) {
                field.append("; ").append(attribute).append('=').append(value);
            }
        }
    }

    // RFC 6265 §4.1.1: cookie-octet = %x21 / %x23-2B / %x2D-3A / %x3C-5B / %x5D-7E
    private static boolean isCookieOctet(int c) {
        return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
    }

    private static boolean isHostName(String name) {
        if (name.length() > 253) {
            return false;
        }
        for (String label : name.split("\\.", -1)) {
            boolean hyphenAtAnEnd = label.startsWith("-") || label.endsWith("-");
            if (label.isEmpty()
                    || label.length() > 63
                    || hyphenAtAnEnd
                    || !label.chars().allMatch(SetCookie::isLabelChar)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLabelChar(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    }

    private static Optional<Integer> firstOutside(String text, IntPredicate allowed) {
        for (int i = 0; i < text.length(); i++) {
            if (!allowed.test(text.charAt(i))) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }
}
