// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/rng.h"
#include "core/data/formats/csv_reader.h"
#include "core/data/formats/gzip.h"
#include "core/data/formats/idx_reader.h"
#include "core/data/tables/table_set.h"
#include "tests/support/idx_bytes.h"

#include <sys/resource.h>

using namespace core;

namespace {

// The file with some bytes changed, cut out, doubled or put in: a function of the round.
std::string mutant(std::string bytes, std::uint64_t round)
{
    const base::Draw draw(round, "test/mutation");
    const std::uint64_t changes = 1 + draw.below(0, 6);
    for (std::uint64_t i = 1; i <= changes && !bytes.empty(); ++i) {
        const std::size_t at = draw.below(8 * i, bytes.size());
        const std::size_t length = std::min<std::size_t>(1 + draw.below(8 * i + 1, 40), bytes.size() - at);
        constexpr char special[] = "\0\xff\",;\n\r\x7f\x80-1e9.";
        switch (draw.below(8 * i + 2, 6)) {
        case 0:
            bytes[at] = char(bytes[at] ^ (1 << draw.below(8 * i + 3, 8)));
            break;
        case 1:
            bytes[at] = special[draw.below(8 * i + 3, sizeof special - 1)];
            break;
        case 2:
            bytes.resize(at);
            break;
        case 3:
            bytes.erase(at, length);
            break;
        case 4:
            bytes.insert(at, bytes.substr(at, length));
            break;
        default:
            bytes.insert(at, 1, special[draw.below(8 * i + 3, sizeof special - 1)]);
            break;
        }
    }
    return bytes;
}

// Largest resident size of this process so far, in MB; what a sanitizer keeps back does not count.
long peakMegabytes()
{
#ifdef __SANITIZE_ADDRESS__
    return 0;
#else
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
#endif
}

template <class T>
void checkHonest(const T& result)
{
    if (result)
        return;
    // An error says what and where.
    CHECK_FALSE(result.error().message.empty());
    CHECK_FALSE(result.error().where.empty());
}

const std::string seedCsv =
    "date,x,\"na\"\"me\",colour,y\n2024-01-01,1.5,\"a, b\",red,0\n2024-01-02,-2e3,\"two\nlines\",blue,1\n"
    "2024-01-03,NA,c,,0\n2024-01-04T10:30:00Z,4,d,red,1\n2024-01-05,5,e,green,0\n";

}

TEST_CASE("mutation: no damage to a CSV file is worse than an error")
{
    const long before = peakMegabytes();
    std::int64_t read = 0, loaded = 0;
    for (std::uint64_t round = 0; round < 20000; ++round) {
        const auto table = data::readCsv(mutant(seedCsv, round), "f.csv");
        checkHonest(table);
        if (!table)
            continue;
        ++read;
        REQUIRE_FALSE(table->columns.empty());
        for (const data::Column& column : table->columns)
            REQUIRE(std::int64_t(std::max(column.numbers.size(), column.codes.size())) == table->rows);
        data::Loaded set;
        set.table = std::make_shared<data::Table>(*table);
        const base::Status chosen = data::chooseColumns(set, {});
        checkHonest(chosen);
        loaded += bool(chosen);
    }
    // Both ways are taken often, or the mutations test nothing.
    CHECK(read > 1000);
    CHECK(read < 19000);
    CHECK(loaded > 500);
    CHECK(peakMegabytes() - before < 64);
}

TEST_CASE("mutation: no damage to an IDX file is worse than an error")
{
    const long before = peakMegabytes();
    std::int64_t read = 0;
    for (const char type : {'\x08', '\x0b', '\x0d', '\x0e'}) {
        const std::size_t element = data::bytesOf(data::IdxType(type));
        const std::string seed = tests::idxBytes(type, {5, 3, 2}, tests::countedBytes(30 * element));
        for (std::uint64_t round = 0; round < 10000; ++round) {
            const auto array = data::readIdx(mutant(seed, round), "f");
            checkHonest(array);
            if (!array)
                continue;
            ++read;
            const double last = array->at(array->rows() * array->rowLength() - 1);
            REQUIRE((last == last || last != last));
        }
    }
    CHECK(read > 1000);
    CHECK(read < 39000);
    CHECK(peakMegabytes() - before < 64);
}

TEST_CASE("mutation: no damage to a gzip file is worse than an error")
{
    const long before = peakMegabytes();
    std::int64_t unpacked = 0;
    std::string body;
    for (int i = 0; i < 4000; ++i)
        body.push_back(char(i * i % 256));
    const std::string seed = tests::gzipped(body) + tests::gzipped("more");
    for (std::uint64_t round = 0; round < 20000; ++round) {
        const auto text = data::gunzip(mutant(seed, round), "f", 1 << 20);
        checkHonest(text);
        unpacked += bool(text);
        if (text)
            REQUIRE(text->size() <= 1 << 20);
    }
    CHECK(unpacked > 100);
    CHECK(unpacked < 19900);
    CHECK(peakMegabytes() - before < 64);
}
