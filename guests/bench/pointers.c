// Calls through pointers: a sort that calls one comparison (always the same target), objects of three kinds in random order, each with a table
// of functions (targets that nobody can foresee), and handlers chosen by a short pattern.
#include "work.h"

enum { COUNT = 1 << 15, OBJECTS = 1 << 12, ROUNDS = 1200, SORTS = 12, STEPS = 12000000 };

static u64 values[COUNT];

static __attribute__((noinline)) int ascending(const u64 *a, const u64 *b) { return *a > *b; }

static __attribute__((noinline)) void shell_sort(u64 *v, size_t n, int (*after)(const u64 *, const u64 *)) {
    for (size_t gap = n / 2; gap > 0; gap /= 2)
        for (size_t i = gap; i < n; i++) {
            u64 held = v[i];
            size_t j = i;
            for (; j >= gap && after(&v[j - gap], &held); j -= gap)
                v[j] = v[j - gap];
            v[j] = held;
        }
}

struct shape;
struct kind { u64 (*area)(const struct shape *); u64 (*rim)(const struct shape *); };
struct shape { const struct kind *kind; u64 a, b; };

static u64 square_area(const struct shape *s) { return s->a * s->a; }
static u64 square_rim(const struct shape *s) { return 4 * s->a; }
static u64 oblong_area(const struct shape *s) { return s->a * s->b; }
static u64 oblong_rim(const struct shape *s) { return 2 * (s->a + s->b); }
static u64 disc_area(const struct shape *s) { return s->a * s->a * 355 / 113; }
static u64 disc_rim(const struct shape *s) { return 2 * s->a * 355 / 113; }

static const struct kind kinds[] = {{square_area, square_rim}, {oblong_area, oblong_rim}, {disc_area, disc_rim}};
static struct shape shapes[OBJECTS];

static u64 state_a(u64 x) { return x * 5 + 1; }
static u64 state_b(u64 x) { return x ^ (x >> 9); }
static u64 state_c(u64 x) { return x - (x << 3); }
static u64 (*volatile handlers[])(u64) = {state_a, state_b, state_a, state_c};

u64 work(void) {
    u64 seed = 88172645463325252, sum = 0;
    int (*volatile order)(const u64 *, const u64 *) = ascending;
    for (int k = 0; k < SORTS; k++) {
        for (size_t i = 0; i < COUNT; i++)
            values[i] = random_next(&seed);
        shell_sort(values, COUNT, order);
        sum += values[COUNT / 3];
    }
    for (size_t i = 0; i < OBJECTS; i++) {
        u64 r = random_next(&seed);
        shapes[i] = (struct shape){&kinds[(r >> 20) % 3], r & 1023, (r >> 10) & 1023};
    }
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < OBJECTS; i++)
            sum += shapes[i].kind->area(&shapes[i]) ^ shapes[i].kind->rim(&shapes[i]);
    for (u64 i = 0; i < STEPS; i++)
        sum = handlers[i & 3](sum);
    return sum;
}
