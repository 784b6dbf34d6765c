/* settings.c - see settings_int.h. */
#include "settings_int.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "type_int.h"

#define DEFAULT_HOST "0.0.0.0"
#define DEFAULT_PORT 5000

enum {
    OPT_HOST = 256,
    OPT_PORT,
    OPT_TIMEOUT,
    OPT_QUIET,
    OPT_HELP,
    OPT_VERSION
};

static const struct option options[] = {
    { "host", required_argument, NULL, OPT_HOST },
    { "port", required_argument, NULL, OPT_PORT },
    { "timeout", required_argument, NULL, OPT_TIMEOUT },
    { "quiet", no_argument, NULL, OPT_QUIET },
    { "help", no_argument, NULL, OPT_HELP },
    { "version", no_argument, NULL, OPT_VERSION },
    { NULL, 0, NULL, 0 },
};

static rowan_status read_host(const char *text, const char *name, rowan__settings *out,
                              rowan_error *err)
{
    if (*text == '\0' || strlen(text) > 255)
        return rowan_fail(err, ROWAN_EINVAL, "%s is not the name of a host", name);
    out->host = text;
    return ROWAN_OK;
}

static rowan_status read_port(const char *text, const char *name, rowan__settings *out,
                              rowan_error *err)
{
    int64_t port = -1;

    if (!rowan__int64_read(text, strlen(text), &port) || port < 0 || port > 65535 ||
        *text < '0' || *text > '9')
        return rowan_fail(err, ROWAN_EINVAL,
                          "%s is not a port (0 to 65535; 0 means any free one): %.40s",
                          name, text);
    out->port = (int)port;
    return ROWAN_OK;
}

static rowan_status read_timeout(const char *text, rowan__settings *out,
                                 rowan_error *err)
{
    double seconds = 0;

    if (!rowan__double_read(text, strlen(text), false, &seconds) || seconds < 0.01 ||
        seconds > 3600)
        return rowan_fail(err, ROWAN_EINVAL,
                          "--timeout is not a time in seconds (0.01 to 3600): %.40s",
                          text);
    out->timeout_ms = (uint32_t)(seconds * 1000);
    return ROWAN_OK;
}

static rowan_status read_environment(rowan__settings *out, rowan_error *err)
{
    const char *host = getenv("HOST"), *port = getenv("PORT");
    rowan_status st = ROWAN_OK;

    if (host != NULL)
        st = read_host(host, "HOST", out, err);
    if (st == ROWAN_OK && port != NULL)
        st = read_port(port, "PORT", out, err);
    return st;
}

static rowan_status read_option(int option, char **argv, rowan__settings *out,
                                rowan_error *err)
{
    switch (option) {
    case OPT_HOST: return read_host(optarg, "--host", out, err);
    case OPT_PORT: return read_port(optarg, "--port", out, err);
    case OPT_TIMEOUT: return read_timeout(optarg, out, err);
    case OPT_QUIET: out->quiet = true; return ROWAN_OK;
    case OPT_HELP: out->help = true; return ROWAN_OK;
    case OPT_VERSION: out->version = true; return ROWAN_OK;
    case ':':
        return rowan_fail(err, ROWAN_EINVAL, "%.100s needs a value", argv[optind - 1]);
    default:
        return rowan_fail(err, ROWAN_EINVAL, "unknown argument %.100s",
                          argv[optind - 1]);
    }
}

/* The environment is read last, so that a mistake there does not hide --help. */
rowan_status rowan__settings_read(int argc, char **argv, rowan__settings *out,
                                  rowan_error *err)
{
    rowan__settings arguments = { 0 };
    rowan_status st = ROWAN_OK;
    int option;

    arguments.port = -1;
    optind = 1;
    while (st == ROWAN_OK &&
           (option = getopt_long(argc, argv, ":", options, NULL)) != -1)
        st = read_option(option, argv, &arguments, err);
    if (st == ROWAN_OK && optind < argc)
        st = rowan_fail(err, ROWAN_EINVAL, "unknown argument %.100s", argv[optind]);
    *out = arguments;
    if (st != ROWAN_OK || out->help || out->version)
        return st;
    out->host = DEFAULT_HOST;
    out->port = DEFAULT_PORT;
    st = read_environment(out, err);
    if (arguments.host != NULL)
        out->host = arguments.host;
    if (arguments.port >= 0)
        out->port = arguments.port;
    return st;
}
