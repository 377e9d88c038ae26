/*
 * wsload -m echo|fanout|idle -p PORT [OPTION...]
 *
 *   echo    every connection keeps DEPTH messages of SIZE bytes on their way to a server that echoes
 *   fanout  every connection listens on a path that broadcasts; the first one sends, as fast as everybody receives
 *   idle    opens connections and holds them
 *
 * One line of JSON per run on stdout, with the CPU time (user and system, all threads) that the process -P has used
 * per message. `idle` prints a line when each of its numbers of connections is reached, and goes on at a line on stdin.
 */
#include "wsload.h"
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <poll.h>
#include <unistd.h>

struct options options = { .path = "/echo", .depth = 1, .window = 4, .size = 20, .at_once = 256, .seconds = 2, .warm_least = 2, .warm_most = 10 };

static const double STEADY = 0.05;
static volatile sig_atomic_t stopped;

void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "wsload: ");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double own_cpu_us(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static void on_signal(int number) {
    (void)number;
    stopped = 1;
}

/* ----------------------------------------------------------------- phases */

static void connect_up_to(int how_many) {
    uint64_t begin = now_ns();
    while (!stopped && population.open + population.failed + population.lost < how_many) {
        if (now_ns() - begin > 120000000000u) die("only %d of %d connections are open after 120 s", population.open, how_many);
        poll_once(connections_start(options.at_once, how_many) ? 0 : 100);
    }
    if (population.lost || (population.failed && !options.may_fail))
        die("%d of %d connections failed, %d were lost", population.failed, how_many, population.lost);
}

static void run_for(double seconds) {
    uint64_t end = now_ns() + (uint64_t)(seconds * 1e9);
    while (!stopped && now_ns() < end) {
        if (options.mode == FANOUT) fanout_send();
        poll_once(10);
    }
}

/* Until two seconds in a row cost the server the same. Returns how long that took, negative if it did not get there. */
static double warm_up(void) {
    double last = 0, cost = 0, seconds = 0;
    while (!stopped && seconds < options.warm_most) {
        double slice = options.warm_most < 1 ? options.warm_most : 1, cpu = server_cpu().all;
        uint64_t messages = counters.messages;
        run_for(slice);
        seconds += slice;
        last = cost;
        cost = (server_cpu().all - cpu) / (double)(counters.messages - messages + 1);
        int steady = last > 0 && cost > last * (1 - STEADY) && cost < last * (1 + STEADY);
        if (seconds >= options.warm_least && (steady || !options.server)) return seconds;
    }
    return -seconds;
}

static int idle(void) {
    for (int i = 0; i < options.step_count; i++) {
        double cpu = server_cpu().all;
        uint64_t begin = now_ns();
        connect_up_to(options.steps[i]);
        printf("{\"open\":%d,\"failed\":%d,\"seconds\":%.2f,\"cpu_us\":%.0f}\n", population.open, population.failed, (double)(now_ns() - begin) / 1e9,
               server_cpu().all - cpu);
        fflush(stdout);
        for (struct pollfd input = { .fd = 0, .events = POLLIN };; poll_once(100)) {
            char line[64];
            if (stopped) return 0;
            if (poll(&input, 1, 0) > 0 && read(0, line, sizeof line) >= 0) break;
        }
        if (population.lost) die("%d of %d idle connections were lost", population.lost, options.steps[i]);
    }
    return 0;
}

static int load(void) {
    connect_up_to(options.conns);
    if (options.deflate && population.agreed_to_deflate < population.open) die("the server does not agree to permessage-deflate");
    connections_load();
    double warm = warm_up();
    uint64_t all_messages = counters.messages;
    histogram_clear();
    memset(&counters, 0, sizeof counters);
    struct cpu before = server_cpu();
    double own = own_cpu_us();
    uint64_t begin = now_ns();
    run_for(options.seconds);
    double seconds = (double)(now_ns() - begin) / 1e9;
    all_messages += counters.messages;
    struct cpu after = server_cpu();
    double cpu = after.all - before.all, user = after.user - before.user;
    own = own_cpu_us() - own;
    double messages = counters.messages ? (double)counters.messages : 1, reads = counters.reads ? (double)counters.reads : 1;
    printf("{\"messages\":%llu,\"all_messages\":%llu,\"seconds\":%.3f,\"cpu_us\":%.5g,\"user_us\":%.5g,\"cpu_share\":%.3f,\"own_cpu_us\":%.5g,\"own_cpu_share\":%.3f,"
           "\"p50_us\":%.1f,\"p99_us\":%.1f,\"per_read\":%.2f,\"compressed\":%.2f,\"rss_kib\":%ld,\"warm\":%.0f,\"steady\":%s}\n",
           (unsigned long long)counters.messages, (unsigned long long)all_messages, seconds, cpu / messages, user / messages, cpu / seconds / 1e6, own / messages, own / seconds / 1e6,
           histogram_us(.5), histogram_us(.99), messages / reads, (double)counters.compressed / messages,
           server_rss_kib(), warm < 0 ? -warm : warm, warm < 0 ? "false" : "true");
    if (counters.errors || population.lost) die("%llu wrong answers, %d connections lost", (unsigned long long)counters.errors, population.lost);
    if (!counters.messages) die("no answer in %.1f s", seconds);
    return 0;
}

/* ---------------------------------------------------------------- options */

static void usage(void) {
    die("usage: wsload -m echo|fanout|idle -p PORT [-u PATH] [-c CONNECTIONS[,MORE...]] [-n CONNECTING_AT_ONCE] [-f (some may fail)] [-s SIZE] [-d DEPTH] [-W WINDOW]\n"
        "  [-b (binary)] [-z (permessage-deflate)] [-T (TLS)] [-w LEAST[:MOST] (seconds of warm-up)] [-t SECONDS] [-P SERVER_PID]");
}

static void parse_steps(char *list) {
    for (char *each = strtok(list, ","); each && options.step_count < 8; each = strtok(NULL, ",")) {
        options.steps[options.step_count++] = options.conns = atoi(each);
    }
}

int main(int argc, char **argv) {
    for (int option; (option = getopt(argc, argv, "m:p:u:c:n:fs:d:W:bzTw:t:P:")) != -1;) switch (option) {
        case 'm': options.mode = *optarg == 'e' ? ECHO : *optarg == 'i' ? IDLE : FANOUT; break;
        case 'p': options.port = atoi(optarg); break;
        case 'u': options.path = optarg; break;
        case 'c': parse_steps(optarg); break;
        case 'n': options.at_once = atoi(optarg); break;
        case 'f': options.may_fail = 1; break;
        case 's': options.size = atoi(optarg); break;
        case 'd': options.depth = atoi(optarg); break;
        case 'W': options.window = atoi(optarg); break;
        case 'b': options.binary = 1; break;
        case 'z': options.deflate = 1; break;
        case 'T': options.tls = 1; break;
        case 'w':
            options.warm_least = options.warm_most = atof(optarg);
            if (strchr(optarg, ':')) options.warm_most = atof(strchr(optarg, ':') + 1);
            break;
        case 't': options.seconds = atof(optarg); break;
        case 'P': options.server = atoi(optarg); break;
        default: usage();
    }
    if (options.conns < 1 || options.depth < 1 || options.size < 1 || options.port < 1 || options.window < 1 || options.at_once < 1) usage();
    if (options.mode == FANOUT && (options.size < 16 || options.deflate)) usage(); /* a time stamp stands in each message */
    struct rlimit descriptors;
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    struct sigaction stop = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    wire_prepare();
    message_prepare();
    connections_prepare();
    return options.mode == IDLE ? idle() : load();
}
