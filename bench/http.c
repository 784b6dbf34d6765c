/* http.c - GET /people (20 rows) and GET /people/{id} under wrk: an API of the library
 * against one by hand on the same HTTP library, and against FastAPI with SQLAlchemy; then
 * memory with 1,000 idle connections, and the time from the start to the first byte. */
#include "child.h"
#include "people.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define N_PEOPLE    20
#define N_IDLE      1000
#define MAX_ROUNDS  7
#define WRK_SECONDS "2"
#define START_NS    20e9 /* to wait for a server */
#define ANSWER_SIZE 65536

enum {
    OURS,
    BY_HAND,
    FASTAPI,
    N_SERVERS
};

typedef struct server {
    pid_t pid; /* 0 if it does not run */
    int port;
} server;

static server servers[N_SERVERS];
static bool has_fastapi;

/* Starting and asking. */

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET };

    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(fd, (struct sockaddr *)&address, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        bench_die("no free port: %s", strerror(errno));
    (void)close(fd);
    return ntohs(address.sin_port);
}

/* A connection, or -1 while nobody listens. */
static int try_connect(int port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        bench_die("socket: %s", strerror(errno));
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static int wait_connect(int port, long nap_ns)
{
    double end = bench_clock_ns() + START_NS;
    int fd;

    while ((fd = try_connect(port)) < 0) {
        if (bench_clock_ns() > end)
            bench_die("nobody listens on port %d", port);
        (void)nanosleep(&(struct timespec){ 0, nap_ns }, NULL);
    }
    return fd;
}

static void ask(int fd, const char *path)
{
    char *request = bench_printf("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);

    if (write(fd, request, strlen(request)) != (ssize_t)strlen(request))
        bench_die("a server hung up");
    free(request);
}

/* Reads one answer with a Content-Length; returns its body. */
static char *read_answer(int fd)
{
    static char answer[ANSWER_SIZE];
    size_t len = 0;
    char *body = NULL;
    const char *length = NULL;

    do {
        ssize_t n = read(fd, answer + len, sizeof answer - 1 - len);

        if (n <= 0)
            bench_die("a server hung up");
        len += (size_t)n;
        answer[len] = '\0';
        body = strstr(answer, "\r\n\r\n");
        length = strcasestr(answer, "\r\nContent-Length:");
    } while (body == NULL || length == NULL ||
             strlen(body + 4) < strtoul(length + 17, NULL, 10));
    if (strncmp(answer, "HTTP/1.1 200", 12) != 0)
        bench_die("a server answers %.100s", answer);
    return body + 4;
}

static char *get(const server *s, const char *path)
{
    int fd = wait_connect(s->port, 5000000);
    char *body;

    ask(fd, path);
    body = bench_printf("%s", read_answer(fd));
    (void)close(fd);
    return body;
}

static void start(int which, const people_db *db)
{
    const char *port = bench_printf("%d", servers[which].port = free_port());
    const char *script = bench_printf("%s/bench", BENCH_SOURCE_DIR);

    (void)setenv("DATABASE_URI", db->uri, 1);
    (void)setenv("HOST", "127.0.0.1", 1);
    (void)setenv("PORT", port, 1);
    switch (which) {
    case OURS:
        servers[which].pid = child_start((const char *const[]){
            bench_printf("%s/http_rowan", bench.programs), "--quiet", NULL });
        break;
    case BY_HAND:
        servers[which].pid = child_start((const char *const[]){
            bench_printf("%s/http_reference", bench.programs), db->name,
            db->path != NULL ? db->path : db->uri, port, NULL });
        break;
    default:
        servers[which].pid = child_start((const char *const[]){
            "/usr/bin/python3", "-B", "-m", "uvicorn", "--app-dir", script, "--port",
            port, "--no-access-log", "--log-level", "error", "http_fastapi:app",
            NULL });
    }
}

static void stop(int which)
{
    child_stop(servers[which].pid);
    servers[which].pid = 0;
}

static void start_all(const people_db *db)
{
    char *ours, *theirs;

    start(OURS, db);
    start(BY_HAND, db);
    if (has_fastapi)
        start(FASTAPI, db);
    for (int i = 0; i < N_SERVERS; i++) {
        if (servers[i].pid != 0)
            free(get(&servers[i], "/people"));
    }
    ours = get(&servers[OURS], "/people");
    theirs = get(&servers[BY_HAND], "/people");
    if (strcmp(ours, theirs) != 0)
        bench_die("the answers differ: %s %s", ours, theirs);
}

static void stop_all(void)
{
    for (int i = 0; i < N_SERVERS; i++) {
        if (servers[i].pid != 0)
            stop(i);
    }
}

/* Load. */

/* CPU seconds of a process so far, from /proc. */
static double cpu_of(pid_t pid)
{
    char *path = bench_printf("/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    unsigned long user, system;
    char line[1024] = "";
    char *at;

    if (file == NULL || fgets(line, sizeof line, file) == NULL ||
        (at = strrchr(line, ')')) == NULL ||
        sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
               &system) != 2)
        bench_die("%s cannot be read", path);
    (void)fclose(file);
    free(path);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* Runs wrk; gives requests per second and per CPU second of the server. */
static void run_wrk(const server *s, const char *path, double *per_s, double *per_cpu_s)
{
    double cpu = cpu_of(s->pid);
    char *out = child_output((const char *const[]){
        "wrk", "-t1", "-c32", "-d" WRK_SECONDS,
        bench_printf("http://127.0.0.1:%d%s", s->port, path), NULL });
    const char *total = strstr(out, " requests in");
    const char *rate = strstr(out, "Requests/sec:");

    cpu = cpu_of(s->pid) - cpu;
    if (total == NULL || rate == NULL || strstr(out, "Non-2xx") != NULL)
        bench_die("wrk says: %s", out);
    while (total > out && total[-1] != '\n')
        total--;
    *per_s = strtod(rate + strlen("Requests/sec:"), NULL);
    *per_cpu_s = strtod(total, NULL) / (cpu > 0 ? cpu : 1);
    free(out);
}

static void print_rates(const char *name, const char *reference,
                        double (*rates)[MAX_ROUNDS], int other, int n, const char *unit,
                        double promise)
{
    bench_print(&(bench_samples){ .name = name,
                                  .reference = reference,
                                  .ours = rates[OURS],
                                  .theirs = rates[other],
                                  .n = n,
                                  .unit = unit,
                                  .promise = promise,
                                  .at_least = true });
}

static void load_path(const people_db *db, const char *path)
{
    static double per_s[N_SERVERS][MAX_ROUNDS], per_cpu_s[N_SERVERS][MAX_ROUNDS];
    int n = bench.rounds < MAX_ROUNDS ? bench.rounds : MAX_ROUNDS;
    int n_servers = has_fastapi ? N_SERVERS : FASTAPI;
    char *name = bench_printf("%s, %s", db->name, path);

    if (!bench_wanted(name))
        return;
    for (int round = 0; round < n; round++) {
        for (int turn = 0; turn < n_servers; turn++) {
            int which = round % 2 == 0 ? turn : n_servers - 1 - turn;

            run_wrk(&servers[which], path, &per_s[which][round],
                    &per_cpu_s[which][round]);
        }
    }
    print_rates(name, "by hand", per_cpu_s, BY_HAND, n, "/cpu s", 0.9);
    print_rates(name, "by hand", per_s, BY_HAND, n, "/s", 0);
    if (has_fastapi)
        print_rates(name, "FastAPI", per_cpu_s, FASTAPI, n, "/cpu s", 20);
}

/* Memory and start. */

static double memory_of(pid_t pid)
{
    char *path = bench_printf("/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    char line[256];
    double kib = 0;

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtod(line + 6, NULL);
    }
    if (kib == 0)
        bench_die("%s cannot be read", path);
    (void)fclose(file);
    free(path);
    return kib / 1024;
}

/* MiB of a server with connections that have asked once and are kept. */
static double memory_with_idle(const server *s)
{
    static int fds[N_IDLE];
    double mib;

    for (int i = 0; i < N_IDLE; i++) {
        fds[i] = wait_connect(s->port, 5000000);
        ask(fds[i], "/people/1");
        (void)read_answer(fds[i]);
    }
    mib = memory_of(s->pid);
    for (int i = 0; i < N_IDLE; i++)
        (void)close(fds[i]);
    return mib;
}

static void print_memory(const people_db *db)
{
    double ours, theirs;
    char *name = bench_printf("%s, %d idle connections", db->name, N_IDLE);

    if (!bench_wanted(name))
        return;
    for (int which = OURS; which <= BY_HAND;
         which++) { /* fresh, without wrk's traces */
        stop(which);
        start(which, db);
        free(get(&servers[which], "/people"));
    }
    ours = memory_with_idle(&servers[OURS]);
    theirs = memory_with_idle(&servers[BY_HAND]);
    bench_print(&(bench_samples){
        .name = name, .ours = &ours, .theirs = &theirs, .n = 1, .unit = "MiB" });
    bench_note("<= 20 MB is promised: %s", ours * 1.048576 <= 20 ? "kept" : "NOT KEPT");
}

/* Nanoseconds from the start of a process to the first byte of its first answer. */
static double time_to_first_byte(int which, const people_db *db)
{
    double begin = bench_clock_ns(), end;
    char byte;
    int fd;

    start(which, db);
    fd = wait_connect(servers[which].port, 100000);
    ask(fd, "/people/1");
    if (read(fd, &byte, 1) != 1)
        bench_die("a server hung up");
    end = bench_clock_ns();
    (void)close(fd);
    stop(which);
    return end - begin;
}

static void print_start(const people_db *db)
{
    double times[2][101];
    char *name = bench_printf("%s, start to first byte", db->name);

    if (!bench_wanted(name))
        return;
    for (int round = 0; round < bench.rounds; round++) {
        for (int turn = 0; turn < 2; turn++) {
            int which = (round + turn) % 2;

            times[which][round] = time_to_first_byte(which, db);
        }
    }
    bench_print(&(bench_samples){ .name = name,
                                  .ours = times[OURS],
                                  .theirs = times[BY_HAND],
                                  .n = bench.rounds,
                                  .unit = "ns" });
    bench_note("<= 20 ms is promised: %s",
               bench_median(times[OURS], bench.rounds) <= 20e6 ? "kept" : "NOT KEPT");
}

static void allow_many_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool fastapi_works(void)
{
    return child_try(
        (const char *const[]){ "/usr/bin/python3", "-c",
                               "import fastapi, sqlalchemy, uvicorn, psycopg2", NULL });
}

int main(int argc, char **argv)
{
    people_db *db = NULL;

    bench_start(argc, argv, "http: requests under wrk -t1 -c32, rates: more is better");
    if (!child_exists("wrk")) {
        bench_note("left out: wrk is not installed");
        return 0;
    }
    allow_many_files();
    has_fastapi = fastapi_works();
    if (!has_fastapi)
        bench_note(
            "FastAPI is left out: python3-fastapi, python3-sqlalchemy, uvicorn and "
            "python3-psycopg2 are not installed");
    bench.mariadb = NULL; /* two databases show what the server costs */
    while ((db = people_next_db(db, N_PEOPLE)) != NULL) {
        start_all(db);
        load_path(db, "/people");
        load_path(db, "/people/7");
        print_memory(db);
        stop_all();
        if (db->sqlite != NULL)
            print_start(db);
    }
    return 0;
}
