package dev.duplex.cli.chat;

/** What a member of {@code duplex-chat.v1} can ask for. */
sealed interface ChatRequest {
    /** To be let in under a name. */
    record Join(String name) implements ChatRequest {}

    /** To be heard. */
    record Say(String text) implements ChatRequest {}

    /** To have another name. */
    record Rename(String name) implements ChatRequest {}
}
