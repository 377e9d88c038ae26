package dev.duplex.client;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The sentences of the WHATWG WebSockets Standard, or of what it refers to, that a test holds us to. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Standard {
    String[] value();
}
