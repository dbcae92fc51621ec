// A calculator as programs of all kinds contain it: tokens are told apart by a switch, variables live in a hash table, operators are called through a
// table, and functions of the language through pointers that stand in the table of names.
#include "work.h"

enum { SLOTS = 64, ROUNDS = 900000, DEPTH = 32 };

typedef u64 (*function)(u64, u64);
struct name { u64 hash, value; function call; };

static struct name names[SLOTS];

static u64 plus(u64 a, u64 b) { return a + b; }
static u64 minus(u64 a, u64 b) { return a - b; }
static u64 times(u64 a, u64 b) { return a * b; }
static u64 either(u64 a, u64 b) { return a ^ (b >> 3); }
static __attribute__((noinline)) u64 larger(u64 a, u64 b) { return a > b ? a : b; }
static __attribute__((noinline)) u64 turn(u64 a, u64 b) { return (a << (b & 31)) | (a >> (63 - (b & 31))); }

static function volatile operators[] = {plus, minus, times, either};

static __attribute__((noinline)) struct name *find(const char *text, int length) {
    u64 hash = 14695981039346656037u;
    for (int k = 0; k < length; k++)
        hash = (hash ^ (u8)text[k]) * 1099511628211u;
    struct name *n = &names[hash % SLOTS];
    while (n->hash != 0 && n->hash != hash)
        n = n == &names[SLOTS - 1] ? names : n + 1;
    n->hash = hash;
    return n;
}

static __attribute__((noinline)) u64 run(const char *at) {
    u64 stack[DEPTH], *top = stack;
    for (;; at++) {
        switch (*at) {
        case '0' ... '9': *top++ = (u64)(*at - '0'); break;
        case '+': top--; top[-1] = operators[0](top[-1], top[0]); break;
        case '-': top--; top[-1] = operators[1](top[-1], top[0]); break;
        case '*': top--; top[-1] = operators[2](top[-1], top[0]); break;
        case '^': top--; top[-1] = operators[3](top[-1], top[0]); break;
        case 'a' ... 'z': {
            const char *start = at;
            while (at[1] >= 'a' && at[1] <= 'z')
                at++;
            struct name *n = find(start, (int)(at - start) + 1);
            if (n->call != 0) {
                top--;
                top[-1] = n->call(top[-1], top[0]);
            } else {
                *top++ = n->value;
            }
            break;
        }
        case '=': {
            const char *start = ++at;
            while (at[1] >= 'a' && at[1] <= 'z')
                at++;
            find(start, (int)(at - start) + 1)->value = *--top;
            break;
        }
        case '!': top[0] = top[-1]; top++; break;
        case '~': top[-1] = ~top[-1]; break;
        case ' ': break;
        default: return top[-1];
        }
    }
}

u64 work(void) {
    for (int k = 0; k < SLOTS; k++)
        names[k] = (struct name){0};
    find("larger", 6)->call = larger;
    find("turn", 4)->call = turn;
    u64 sum = 0;
    for (int k = 0; k < ROUNDS; k++)
        sum = sum * 31 + run("x 3 * y + ! 7 ^ =x x y 5 - larger =y x y turn 9 + ~ count 1 + =count count ^ x 2 * - =x x y ^ count +");
    return sum;
}
