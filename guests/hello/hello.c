// The smallest guest: says which hart it booted on and what its command line is, and powers off.
#include "board.h"
#include "print.h"

void guest(u64 hart) {
    print("hello from hart %lu\n", hart);
    print("hello: bootargs: %s\n", board.bootargs);
}
