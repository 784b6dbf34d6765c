/* test.c - see test.h. */
#include "test.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The sanitizers' report comes before cmocka's own signal handlers; an abort tells
 * where. The programs that a test starts read the same options from the environment. */
#define ASAN_OPTIONS                                                                \
    "handle_segv=2:handle_sigbus=2:handle_sigfpe=2:handle_sigill=2:handle_abort=1:" \
    "detect_stack_use_after_return=1:strict_string_checks=1:exitcode=99"

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return ASAN_OPTIONS;
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
    return "print_stacktrace=1";
}

static pid_t main_pid;
static char root[256]; /* of all folders of this program; "" until the first */

__attribute__((constructor)) static void set_up(void)
{
    main_pid = getpid();
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* in order with standard error */
    (void)setenv("ASAN_OPTIONS", ASAN_OPTIONS, 0);
    (void)setenv("UBSAN_OPTIONS", "print_stacktrace=1", 0);
}

void test_assert_status(int st, int expected, const rowan_error *err, const char *call,
                        const char *file, int line)
{
    const char *words = err != NULL && st < 0 ? err->message : "";

    if (st != expected) {
        print_error("%s is %s, not %s: %s\n", call, rowan_status_name((rowan_status)st),
                    rowan_status_name((rowan_status)expected), words);
        _fail(file, line);
    }
    if (st < 0 && err != NULL && (int)err->code != st) {
        print_error("%s is %s, but the error's code is %s\n", call,
                    rowan_status_name((rowan_status)st), rowan_status_name(err->code));
        _fail(file, line);
    }
}

void test_assert_contains(const char *text, const char *part, bool expected,
                          const char *file, int line)
{
    if ((strstr(text, part) != NULL) == expected)
        return;
    print_error("this %s \"%s\":\n%s\n", expected ? "lacks" : "holds", part, text);
    _fail(file, line);
}

void test_say_skip(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)fputs("SKIP: ", stdout);
    (void)vprintf(fmt, args);
    (void)fputs("\n", stdout);
    va_end(args);
}

int64_t test_clock_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void test_nap(void)
{
    (void)nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
}

/* Memory. */

struct piece {
    struct piece *next;
    max_align_t bytes[];
};

static struct piece *pieces; /* so that nothing counts as leaked */

void *test_alloc(size_t size)
{
    struct piece *piece = calloc(1, sizeof *piece + (size > 0 ? size : 1));

    if (piece == NULL)
        fail_msg("out of memory");
    piece->next = pieces;
    pieces = piece;
    return piece->bytes;
}

char *test_printf(const char *fmt, ...)
{
    va_list args, again;
    char *text;
    int len;

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    text = test_alloc((size_t)len + 1);
    (void)vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    va_end(args);
    return text;
}

/* Folders and files. */

static int remove_entry(const char *path, const struct stat *st, int type,
                        struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    (void)remove(path);
    return 0;
}

static void remove_root(void)
{
    if (getpid() == main_pid)
        (void)nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_root(void)
{
    const char *parent = getenv("TMPDIR");

    (void)snprintf(root, sizeof root, "%s/rowan-test-XXXXXX",
                   parent != NULL && *parent != '\0' ? parent : "/tmp");
    if (mkdtemp(root) == NULL)
        fail_msg("%s: %s", root, strerror(errno));
    (void)chmod(root, 0755);
    (void)atexit(remove_root);
}

const char *test_dir(void)
{
    static int n;
    char *dir;

    if (root[0] == '\0')
        make_root();
    dir = test_printf("%s/%d", root, n++);
    if (mkdir(dir, 0755) != 0)
        fail_msg("%s: %s", dir, strerror(errno));
    return dir;
}

char *test_read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    char *bytes;
    size_t n;

    if (file == NULL || fstat(fileno(file), &st) != 0)
        fail_msg("%s: %s", path, strerror(errno));
    bytes = test_alloc((size_t)st.st_size + 1);
    n = fread(bytes, 1, (size_t)st.st_size, file);
    (void)fclose(file);
    if (len != NULL)
        *len = n;
    return bytes;
}

void test_write_file(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL || fwrite(bytes, 1, len, file) != len || fclose(file) != 0)
        fail_msg("%s: %s", path, strerror(errno));
}

void test_write_text(const char *path, const char *text)
{
    test_write_file(path, text, strlen(text));
}

/* Words, ports and descriptors. */

const char *test_random_word(void)
{
    unsigned char bytes[12];
    char *word = test_alloc(2 * sizeof bytes + 1);

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        fail_msg("getrandom: %s", strerror(errno));
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(word + 2 * i, 3, "%02x", bytes[i]);
    return word;
}

int test_free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        fail_msg("no free port: %s", strerror(errno));
    (void)close(fd);
    return ntohs(address.sin_port);
}

size_t test_count_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    size_t n = 0;

    if (dir == NULL)
        fail_msg("/proc/self/fd: %s", strerror(errno));
    while (readdir(dir) != NULL)
        n++;
    (void)closedir(dir);
    return n - 3; /* ".", ".." and the folder itself */
}
