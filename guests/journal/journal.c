// Writes sequence-numbered, checksummed records to its disk, one per sector, and acknowledges each on the console only after
// a flush. Whoever watches the console knows what must still be there after any crash of the machine below.
//
// Record s (s = 1, 2, …) lives in sector (s - 1) % capacity. After a crash exactly one sector may hold anything: that of the
// record after the last whole one, which was being written and never acknowledged ("torn").
#include "block.h"
#include "board.h"
#include "button.h"
#include "csr.h"
#include "plic.h"
#include "print.h"
#include "text.h"

enum { MAGIC = 0x4c4a5254, BATCH = 64 }; // "TRJL"

struct record {
    u32 magic, reserved;
    u64 sequence;
    u8 payload[SECTOR_SIZE - 20];
    u32 checksum; // CRC-32 of all before it
};

_Static_assert(sizeof(struct record) == SECTOR_SIZE, "a record is a sector");

static struct record batch[BATCH];
static u64 capacity;

static void make_record(struct record *record, u64 sequence) {
    record->magic = MAGIC;
    record->reserved = 0;
    record->sequence = sequence;
    u64 state = sequence * 0x9e3779b97f4a7c15UL;
    for (u32 i = 0; i < sizeof record->payload; i++) {
        state = state * 6364136223846793005UL + 1442695040888963407UL;
        record->payload[i] = (u8)(state >> 56);
    }
    record->checksum = crc32(record, SECTOR_SIZE - 4);
}

static bool is_whole(const struct record *record) {
    return record->magic == MAGIC && record->sequence != 0 && record->checksum == crc32(record, SECTOR_SIZE - 4);
}

static bool is_empty(const struct record *record) {
    const u64 *words = (const u64 *)record;
    for (u32 i = 0; i < SECTOR_SIZE / 8; i++) {
        if (words[i] != 0)
            return false;
    }
    return true;
}

static void read_batch(u64 sector, u32 count) {
    if (!block_run(BLOCK_READ, sector, batch, count))
        fail("cannot read %u sectors from sector %lu", count, sector);
}

static u32 batch_at(u64 sector) { return capacity - sector < BATCH ? (u32)(capacity - sector) : BATCH; }

static u64 find_last(void) {
    u64 last = 0;
    for (u64 sector = 0; sector < capacity; sector += BATCH) {
        u32 count = batch_at(sector);
        read_batch(sector, count);
        for (u32 i = 0; i < count; i++) {
            if (is_whole(&batch[i]) && batch[i].sequence > last)
                last = batch[i].sequence;
        }
    }
    return last;
}

// The record that a sector must hold when `last` is the newest, 0 for none.
static u64 expected_at(u64 sector, u64 last) {
    u64 back = (last + capacity - 1 - sector) % capacity; // how many records before the last
    return last > back ? last - back : 0;
}

static u64 verify(void) {
    u64 last = find_last(), torn_sector = last % capacity, verified = 0;
    bool torn = false;
    for (u64 sector = 0; sector < capacity; sector += BATCH) {
        u32 count = batch_at(sector);
        read_batch(sector, count);
        for (u32 i = 0; i < count; i++) {
            u64 expected = expected_at(sector + i, last);
            bool good = expected == 0 ? is_empty(&batch[i]) : is_whole(&batch[i]) && batch[i].sequence == expected;
            if (good) {
                verified += expected != 0;
            } else if (sector + i == torn_sector) {
                torn = true;
            } else {
                u64 wanted = expected != 0 ? expected : sector + i + 1;
                print("corrupt record %lu\n", wanted);
                fail("journal: sector %lu should hold %s%lu", sector + i, expected != 0 ? "record " : "nothing, not record ", wanted);
            }
        }
    }
    if (torn)
        print("journal: torn record %lu, never acknowledged\n", last + 1);
    print("verified %lu records\n", verified);
    print("journal: last record %lu\n", last);
    return last;
}

static void append(u64 sequence) {
    make_record(&batch[0], sequence);
    if (!block_run(BLOCK_WRITE, (sequence - 1) % capacity, &batch[0], 1))
        fail("cannot write record %lu", sequence);
    if (!block_run(BLOCK_FLUSH, 0, NULL, 0))
        fail("cannot flush record %lu", sequence);
    print("ack %lu\n", sequence);
}

void guest(u64 hart) {
    struct block disk;
    char mode[16] = "append";
    if (!plic_open(hart) || !block_open(&disk))
        fail("journal: needs a virtio disk");
    if (!disk.can_flush)
        fail("journal: the disk does not offer VIRTIO_BLK_F_FLUSH, so nothing could be acknowledged");
    u64 rate = option_u64("rate", 0), count = option_u64("count", 0), limit = option_u64("limit", 65536);
    bool wrap = option_u64("wrap", 0) != 0;
    option_text("mode", mode, sizeof mode);
    bool verify_only = strcmp(mode, "verify-only") == 0;
    if (!verify_only && strcmp(mode, "append") != 0)
        fail("journal: mode=%s is neither append nor verify-only", mode);
    capacity = limit != 0 && limit < disk.sectors ? limit : disk.sectors;
    if (capacity < 2)
        fail("journal: needs a disk of two sectors or more");
    if (disk.read_only && !verify_only)
        fail("journal: the disk is read-only; use mode=verify-only");
    print("journal: %lu sectors, capacity %lu records\n", disk.sectors, capacity);
    u64 last = verify();
    if (verify_only)
        return;
    char power_button[16] = "";
    if (!option_text("power-button", power_button, sizeof power_button) || strcmp(power_button, "ignore") != 0)
        button_open(false);
    u64 due = time_now(), written = 0;
    while (count == 0 || written < count) {
        if (button_pressed()) {
            print("journal: power button\n");
            break;
        }
        if (!wrap && last == capacity) {
            print("journal: full after %lu records\n", last);
            break;
        }
        if (rate != 0) {
            due += board.timebase / rate;
            sleep_until(due);
        }
        append(++last);
        written++;
    }
    print("journal: done, %lu records written\n", written);
}
