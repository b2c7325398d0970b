/* A client of the closed process groups of Corosync: joins a group, sends numbered messages at a rate, counts and, on
 * request, prints what is delivered. Lines on standard output are JSON. Not a benchmark. */
#include <corosync/cpg.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SIZE_MAX_OCTETS = 1000000, LINE_MAX_OCTETS = 65536 };

static int prints;
static uint64_t delivered, delivered_octets;
static unsigned int own_id;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void print_text(const unsigned char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\') printf("\\%c", text[i]);
        else if (text[i] >= 32 && text[i] < 127) putchar(text[i]);
        else printf("\\u%04x", text[i]);
    }
}

/* FNV-1a, 32 bits, over all octets. */
static uint32_t fnv(const unsigned char *octets, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ octets[i]) * 16777619u;
    return hash;
}

static void on_message(cpg_handle_t handle, const struct cpg_name *group, uint32_t nodeid, uint32_t pid, void *message,
                       size_t length)
{
    (void)handle;
    (void)group;
    delivered++;
    delivered_octets += length;
    if (!prints) return;
    printf("{\"event\":\"message\",\"ms\":%.3f,\"node\":%u,\"pid\":%u,\"length\":%zu,\"fnv\":%u,\"text\":\"", now(), nodeid, pid,
           length, fnv(message, length));
    print_text(message, length < 200 ? length : 200);
    printf("\"}\n");
    fflush(stdout);
}

static void print_list(const char *name, const struct cpg_address *list, size_t entries)
{
    printf(",\"%s\":[", name);
    for (size_t i = 0; i < entries; i++) printf("%s%u", i == 0 ? "" : ",", list[i].nodeid);
    printf("]");
}

static void on_change(cpg_handle_t handle, const struct cpg_name *group, const struct cpg_address *members,
                      size_t member_entries, const struct cpg_address *left, size_t left_entries,
                      const struct cpg_address *joined, size_t joined_entries)
{
    (void)handle;
    (void)group;
    if (!prints) return;
    printf("{\"event\":\"members\",\"ms\":%.3f", now());
    print_list("members", members, member_entries);
    print_list("left", left, left_entries);
    print_list("joined", joined, joined_entries);
    printf("}\n");
    fflush(stdout);
}

static int fail(const char *what, int code)
{
    fprintf(stderr, "cpg-client: %s failed with %d\n", what, code);
    return 1;
}

static cs_error_t send_octets(cpg_handle_t handle, char *octets, size_t length)
{
    struct iovec part = { .iov_base = octets, .iov_len = length };
    return cpg_mcast_joined(handle, CPG_TYPE_AGREED, &part, 1);
}

/* Sends the whole lines of standard input; 0 at its end. */
static int send_lines(cpg_handle_t handle)
{
    static char line[LINE_MAX_OCTETS];
    static size_t have;
    ssize_t got = read(0, line + have, sizeof line - have);
    if (got <= 0) return 0;
    have += (size_t)got;
    char *end;
    while ((end = memchr(line, '\n', have)) != NULL) {
        size_t length = (size_t)(end - line);
        while (send_octets(handle, line, length) == CS_ERR_TRY_AGAIN) {
            cpg_dispatch(handle, CS_DISPATCH_ALL);
            usleep(1000);
        }
        have -= length + 1;
        memmove(line, end + 1, have);
    }
    return have < sizeof line;
}

struct load {
    double rate, seconds, linger;
    size_t size;
    uint64_t sent, busy;
    int reads;
};

static double next_wait(const struct load *load, double start, double t)
{
    if (load->rate <= 0 || t > start + load->seconds * 1e3) return 20;
    double due = start + (double)load->sent * 1e3 / load->rate;
    return due <= t ? 0 : due - t;
}

static void send_due(cpg_handle_t handle, struct load *load, double start, char *octets)
{
    for (int burst = 0; burst < 64 && next_wait(load, start, now()) <= 0; burst++) {
        int head = snprintf(octets, load->size, "%u:%llu ", own_id, (unsigned long long)load->sent);
        if (head > 0 && (size_t)head < load->size) memset(octets + head, 'x', load->size - (size_t)head);
        cs_error_t result = send_octets(handle, octets, load->size);
        if (result == CS_ERR_TRY_AGAIN) {
            load->busy++;
            usleep(500);
            return;
        }
        if (result == CS_OK) load->sent++;
    }
}

static int work(cpg_handle_t handle, struct load *load)
{
    int fd = -1;
    if (cpg_fd_get(handle, &fd) != CS_OK) return fail("cpg_fd_get", 0);
    char *octets = calloc(1, load->size + 64);
    double start = now();
    double until = start + (load->seconds + load->linger) * 1e3;
    int open = load->reads;
    while (load->reads ? open : now() < until) {
        struct pollfd fds[2] = { { .fd = fd, .events = POLLIN }, { .fd = open ? 0 : -1, .events = POLLIN } };
        double wait = next_wait(load, start, now());
        poll(fds, 2, wait < 1 ? (wait > 0) : (int)wait);
        if (fds[0].revents && cpg_dispatch(handle, CS_DISPATCH_ALL) != CS_OK) return fail("cpg_dispatch", 0);
        if (fds[1].revents) open = send_lines(handle);
        send_due(handle, load, start, octets);
    }
    free(octets);
    printf("{\"event\":\"done\",\"node\":%u,\"sent\":%llu,\"busy\":%llu,\"delivered\":%llu,\"octets\":%llu}\n", own_id,
           (unsigned long long)load->sent, (unsigned long long)load->busy, (unsigned long long)delivered,
           (unsigned long long)delivered_octets);
    return 0;
}

/* cpg-client GROUP [-r messages/s] [-s octets] [-t seconds] [-l seconds to linger] [-p] [-i] */
int main(int argc, char **argv)
{
    struct load load = { .rate = 0, .seconds = 0, .linger = 0, .size = 100 };
    int option;
    while ((option = getopt(argc, argv, "r:s:t:l:pi")) != -1) {
        if (option == 'r') load.rate = atof(optarg);
        else if (option == 's') load.size = (size_t)atol(optarg);
        else if (option == 't') load.seconds = atof(optarg);
        else if (option == 'l') load.linger = atof(optarg);
        else if (option == 'p') prints = 1;
        else if (option == 'i') load.reads = 1;
        else return 2;
    }
    if (optind != argc - 1 || load.size < 1 || load.size > SIZE_MAX_OCTETS) return 2;
    cpg_callbacks_t callbacks = { .cpg_deliver_fn = on_message, .cpg_confchg_fn = on_change };
    cpg_handle_t handle;
    cs_error_t result = cpg_initialize(&handle, &callbacks);
    if (result != CS_OK) return fail("cpg_initialize", (int)result);
    struct cpg_name group = { .length = (uint32_t)strlen(argv[optind]) };
    if (group.length >= CPG_MAX_NAME_LENGTH) return 2;
    memcpy(group.value, argv[optind], group.length);
    cpg_local_get(handle, &own_id);
    while ((result = cpg_join(handle, &group)) == CS_ERR_TRY_AGAIN) usleep(10000);
    if (result != CS_OK) return fail("cpg_join", (int)result);
    int status = work(handle, &load);
    cpg_leave(handle, &group);
    cpg_finalize(handle);
    return status;
}
