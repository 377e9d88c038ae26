package dev.duplex.cli.serve;

import dev.duplex.server.Query;
import dev.duplex.server.UpgradeRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where clients show who they are. What they show there is for us, and programs do not see it (RFC 3875 §4.1.18).
 *
 * @param checked whether we look at any, the field Authorization for one
 * @param inProtocol whether a token may be among the subprotocols, where a page can put it: the one after
 *     {@value #MARK}
 * @param inQuery whether it may be a parameter of the query, {@value #PARAMETER} (RFC 6750 §2.3)
 */
public record Credentials(boolean checked, boolean inProtocol, boolean inQuery) {
    /** Nobody asks for any. */
    public static final Credentials NONE = new Credentials(false, false, false);

    static final String MARK = "bearer";
    static final String PARAMETER = "access_token";

    /** The token that the client shows; empty if there is none where it may be. */
    Optional<String> token(UpgradeRequest request) {
        String field = request.headers().first("Authorization").orElse("");
        if (field.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Optional.of(field.substring(7).strip());
        }
        List<String> offered = request.subprotocols();
        int mark = offered.indexOf(MARK);
        if (inProtocol && mark >= 0 && mark + 1 < offered.size()) {
            return Optional.of(offered.get(mark + 1));
        }
        return inQuery ? request.query().first(PARAMETER) : Optional.empty();
    }

    /** The subprotocols that are really some. */
    List<String> subprotocols(UpgradeRequest request) {
        List<String> offered = new ArrayList<>(request.subprotocols());
        int mark = inProtocol ? offered.indexOf(MARK) : -1;
        if (mark >= 0) {
            offered.subList(mark, Math.min(mark + 2, offered.size())).clear();
        }
        return offered;
    }

    /**
     * What is agreed on if the client offers nothing else: a browser ends a connection on which none of its subprotocols
     * was taken, and the token itself shall not come back.
     */
    Optional<String> mark(UpgradeRequest request) {
        return inProtocol && request.subprotocols().contains(MARK) ? Optional.of(MARK) : Optional.empty();
    }

    /** Whether a field is none of a program's business. */
    boolean hides(String variable) {
        return (checked && variable.equals("HTTP_AUTHORIZATION"))
                || (inProtocol && variable.equals("HTTP_SEC_WEBSOCKET_PROTOCOL"));
    }

    /** Whether a parameter of the query is none of a program's business. */
    boolean hidesParameter(String name) {
        return inQuery && name.equals(PARAMETER);
    }

    /** A query, as it came, without the token. */
    String withoutToken(String query) {
        if (!inQuery) {
            return query;
        }
        return Arrays.stream(query.split("&")).filter(piece -> !isToken(piece)).collect(Collectors.joining("&"));
    }

    /** As the query is read: a name may be written with percent signs. */
    private static boolean isToken(String piece) {
        return Query.parse(piece).has(PARAMETER);
    }

    /** A request target without the token. */
    String withoutTokenInTarget(String target) {
        int mark = target.indexOf('?');
        if (mark < 0 || !inQuery) {
            return target;
        }
        String query = withoutToken(target.substring(mark + 1));
        return target.substring(0, mark) + (query.isEmpty() ? "" : "?" + query);
    }
}
