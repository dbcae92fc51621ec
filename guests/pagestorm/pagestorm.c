// Dirties memory at a given rate and checks, before it overwrites a page, that the page still holds what was written last:
// a page lost or mixed up by a snapshot or a migration shows within one pass.
#include "board.h"
#include "csr.h"
#include "fdt.h"
#include "print.h"

enum { WORDS = PAGE_SIZE / 8, SLICE_MS = 10 };

extern u8 image_end[];

// Every 64th word and the last carry the page's identity; the ends and the middle of a page cannot come from different
// generations unnoticed, and a pass stays cheap enough to dirty memory quickly.
static u64 word_of(u64 page, u32 generation, u32 word) {
    u64 value = (page << 32 | generation) ^ (u64)word << 52;
    value *= 0x9e3779b97f4a7c15UL;
    return value ^ value >> 29;
}

static u64 *memory;
static u32 *generations; // what each page was given last; 0 is "never"

static void check_page(u64 page) {
    const volatile u64 *words = memory + page * WORDS;
    u32 generation = generations[page];
    if (generation == 0)
        return;
    for (u32 word = 0; word < WORDS; word += word == 448 ? 63 : 64) {
        if (words[word] != word_of(page, generation, word))
            fail("pagestorm: lost page %lu: word %u is not of generation %u", page, word, generation);
    }
}

static void dirty_page(u64 page) {
    volatile u64 *words = memory + page * WORDS;
    u32 generation = ++generations[page];
    for (u32 word = 0; word < WORDS; word += word == 448 ? 63 : 64)
        words[word] = word_of(page, generation, word);
}

static u64 usable_end(void) {
    u64 end = board.memory_base + board.memory_size;
    u64 tree = fdt_address();
    return tree > (u64)image_end && tree < end ? tree : end;
}

void guest(u64 hart) {
    u64 mib = option_u64("mib", 16), rate = option_u64("pages-per-second", 1000), passes = option_u64("passes", 0);
    u64 report_ms = 1000 * option_u64("report", 1);
    u64 pages = mib * 256, start = ((u64)image_end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    u64 table = (pages * sizeof(u32) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    if (pages == 0 || rate == 0)
        fail("pagestorm: mib and pages-per-second must be above 0");
    if (pages > 0xffffffff || start + table + pages * PAGE_SIZE > usable_end())
        fail("pagestorm: mib=%lu is more than there is: %lu MiB are free", mib, (usable_end() - start) >> 20);
    generations = (u32 *)start;
    for (u64 i = 0; i < pages; i++)
        generations[i] = 0;
    memory = (u64 *)(start + table);
    print("pagestorm: %lu MiB, %lu pages per second, hart %lu\n", mib, rate, hart);

    u64 begin = time_now(), dirtied = 0, page = 0, pass = 0, next_report = begin + ticks_from_ms(report_ms);
    while (passes == 0 || pass < passes) {
        // Where the rate says we should be by now; after a pause (a migration) the storm goes on at its rate, with no burst.
        u64 now = time_now(), due = (now - begin) / 1000 * rate / (board.timebase / 1000);
        if (due > dirtied + rate) {
            begin = now - dirtied * board.timebase / rate;
            due = dirtied;
        }
        for (; dirtied < due && (passes == 0 || pass < passes); dirtied++) {
            check_page(page);
            dirty_page(page);
            if (++page == pages) {
                page = 0;
                pass++;
                print("pagestorm: pass %lu ok, %lu pages dirtied\n", pass, dirtied + 1);
            }
        }
        if (report_ms != 0 && now >= next_report) {
            print("pagestorm: %lu pages dirtied, pass %lu\n", dirtied, pass + 1);
            next_report = now + ticks_from_ms(report_ms);
        }
        sleep_until(time_now() + ticks_from_ms(SLICE_MS));
    }
    for (page = 0; page < pages; page++)
        check_page(page);
    print("pagestorm: done, %lu pages verified\n", pages);
}
