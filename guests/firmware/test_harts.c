// The other harts wait in wfi for a software interrupt, each of which they count.
#include "csr.h"
#include "firmware.h"

void test_harts(u32 harts) {
    for (u32 round = 1; round <= 3 && harts > 1; round++) {
        for (u32 hart = 1; hart < harts; hart++)
            MSIP[hart] = 1;
        u64 wanted = (u64)round * (harts - 1), limit = *MTIME + 100000000; // ten seconds
        while (__atomic_load_n(&other_harts, __ATOMIC_RELAXED) < wanted && *MTIME < limit) {
        }
        check_equal(other_harts, wanted, "every other hart wakes at its software interrupt");
    }
}
