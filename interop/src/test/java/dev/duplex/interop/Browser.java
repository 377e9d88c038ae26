package dev.duplex.interop;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A fresh browser context: its windows share storage with each other and with nobody else. Closing it closes them. */
final class Browser implements AutoCloseable {
    private final Chromium chromium;
    private final String context;
    private final List<Page> pages = new ArrayList<>();

    Browser(Chromium chromium) {
        this.chromium = chromium;
        this.context = chromium.devTools()
                .call(null, "Target.createBrowserContext", Map.of("disposeOnDetach", true))
                .get("browserContextId")
                .asText();
    }

    /** A new window without a page in it, 1280 by 800. */
    Page window() {
        Page page = new Page(chromium, context);
        pages.add(page);
        return page;
    }

    /** A new window with this page, loaded. */
    Page open(URI address) {
        return window().go(address);
    }

    @Override
    public void close() {
        pages.forEach(Page::forget);
        chromium.devTools().call(null, "Target.disposeBrowserContext", Map.of("browserContextId", context));
    }
}
