/* What the server has used, from /proc: CPU time of all its threads, and resident memory. */
#include "wsload.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In microseconds, in the kernel's ticks of 10 ms; 0 if nobody has asked for it. */
struct cpu server_cpu(void) {
    if (!options.server) return (struct cpu){ 0 };
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)options.server);
    int fd = open(path, O_RDONLY);
    if (fd < 0) die("the server is gone: no %s", path);
    ssize_t n = read(fd, line, sizeof line - 1);
    close(fd);
    line[n > 0 ? n : 0] = 0;
    char *after_name = strrchr(line, ')'); /* the name may hold anything, even a parenthesis */
    unsigned long long user, system;
    if (!after_name || sscanf(after_name + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &system) != 2)
        die("%s: expected 15 fields, came: %s", path, line);
    double tick = 1e6 / (double)sysconf(_SC_CLK_TCK);
    return (struct cpu){ .all = (double)(user + system) * tick, .user = (double)user * tick };
}

long server_rss_kib(void) {
    if (!options.server) return 0;
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)options.server);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    while (!kib && fgets(line, sizeof line, file))
        if (!strncmp(line, "VmRSS:", 6)) kib = atol(line + 6);
    fclose(file);
    return kib;
}
