// Greets everybody who is named: `hello [--to FILE] [NAME...]`. examples/cli-hello/README.md says
// what it shows. Plain C and its library: what it is built to, a component or a core module, is the
// recipe's matter.

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { done = 0, failed = 1, misused = 2, nobody = 3 };

// Of one line of the standard input; what is longer is greeted in pieces.
enum { line_bytes_max = 4096 };

static bool greet(FILE* out, const char* name) {
    const char* word = getenv("GREETING");
    return fprintf(out, "%s from c, %s\n", word ? word : "hello", name) >= 0;
}

// Both give how many were greeted, or -1 when writing failed.
static int greet_named(FILE* out, char** names, int count) {
    for (int i = 0; i < count; i++)
        if (!greet(out, names[i])) return -1;
    return count;
}

static int greet_lines(FILE* out) {
    char line[line_bytes_max];
    int greeted = 0;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0') continue;
        if (!greet(out, line)) return -1;
        greeted++;
    }
    return greeted;
}

static int run(const char* to, char** names, int count) {
    FILE* out = to ? fopen(to, "a") : stdout;
    if (!out) {
        fprintf(stderr, "hello: cannot write to '%s': %s\n", to, strerror(errno));
        return failed;
    }
    const int greeted = count > 0 ? greet_named(out, names, count) : greet_lines(out);
    if (fclose(out) != 0 || greeted < 0) {
        fprintf(stderr, "hello: cannot write: %s\n", strerror(errno));
        return failed;
    }
    if (greeted == 0) {
        fputs("hello: nobody is there to greet\n", stderr);
        return nobody;
    }
    return done;
}

// Options may stand anywhere; the names end up together at the front of `words`.
int main(int argc, char** argv) {
    const char* to = NULL;
    char** words = argv + 1;
    int names = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--to") == 0 && i + 1 < argc) {
            to = argv[++i];
        } else if (strncmp(argv[i], "--", 2) == 0) {
            fputs("usage: hello [--to FILE] [NAME...]\n", stderr);
            return misused;
        } else {
            words[names++] = argv[i];
        }
    }
    return run(to, words, names);
}
