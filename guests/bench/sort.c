// Quicksort with insertion sort at the end: branches that nobody can predict.
#include "work.h"

enum { COUNT = 1 << 20 };
static u32 values[COUNT];

static void sort(u32 *low, u32 *high) {
    while (high - low > 16) {
        u32 pivot = low[(high - low) / 2];
        u32 *i = low, *j = high;
        while (i <= j) {
            while (*i < pivot)
                i++;
            while (*j > pivot)
                j--;
            if (i <= j) {
                u32 t = *i;
                *i++ = *j;
                *j-- = t;
            }
        }
        if (j - low < high - i) {
            sort(low, j);
            low = i;
        } else {
            sort(i, high);
            high = j;
        }
    }
    for (u32 *i = low + 1; i <= high; i++) {
        u32 value = *i, *j = i;
        for (; j > low && j[-1] > value; j--)
            *j = j[-1];
        *j = value;
    }
}

u64 work(void) {
    u64 state = 1234567, sum = 0;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++)
            values[i] = (u32)random_next(&state);
        sort(values, values + COUNT - 1);
        for (int i = 0; i < COUNT; i += 1000)
            sum = sum * 31 + values[i];
    }
    return sum;
}
