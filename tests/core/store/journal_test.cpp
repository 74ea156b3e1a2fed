// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/columns.h"
#include "core/store/journal.h"
#include "tests/support/temp_folder.h"

#include "core/base/files.h"
#include "core/base/rng.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace tests::journal_test {

using namespace core::store;
namespace fs = std::filesystem;

namespace {

struct Seen {
    std::vector<std::string> texts; ///< payloads, marks left out
    JournalReport report;
    bool readable = false;
};

Seen see(const fs::path& folder, Reading reading = Reading::Strict)
{
    Seen seen;
    auto report = readJournal(
        folder,
        [&](const JournalRecord& record) {
            if (record.kind != RecordKind::Synced)
                seen.texts.emplace_back(record.payload);
        },
        reading);
    seen.readable = bool(report);
    if (report)
        seen.report = *report;
    return seen;
}

// Events "one" "two" …, each synced.
void record(const fs::path& folder, const std::vector<std::string>& texts, std::uint64_t segmentBytes = 1 << 20)
{
    auto journal = Journal::open(folder, segmentBytes);
    REQUIRE(journal);
    for (const std::string& text : texts) {
        journal->append(RecordKind::Event, text, 1.5);
        REQUIRE(journal->sync());
    }
}

std::string load(const fs::path& file)
{
    return *core::base::readFile(file);
}
void save(const fs::path& file, std::string_view bytes)
{
    std::ofstream(file, std::ios::binary) << bytes;
}

using Texts = std::vector<std::string>;

}

TEST_CASE("what goes into a journal comes out in order, over segments and openings")
{
    tests::TempFolder folder;
    record(folder.path() / "j", {"one", "two"}, 100);
    record(folder.path() / "j", {"three"}, 100);
    const Seen seen = see(folder.path() / "j");
    CHECK(seen.texts == Texts{"one", "two", "three"});
    CHECK(seen.report.damages.empty());
    CHECK(seen.report.tail == 0);
    CHECK(seen.report.segments.size() >= 2);
    CHECK(see(folder.path() / "j", Reading::Glance).texts == seen.texts);
}

TEST_CASE("a record torn at any byte is cut, those before stay, and writing goes on")
{
    tests::TempFolder folder;
    const fs::path whole = folder.path() / "whole";
    record(whole, {"one", "two"});
    const std::size_t before = fs::file_size(whole / "seg-000001.log");
    record(whole, {"the last one"});
    const std::string bytes = load(whole / "seg-000001.log");
    for (std::size_t length = before; length < before + 40 + 12; ++length) {
        const fs::path torn = folder.path() / ("torn" + std::to_string(length));
        fs::create_directory(torn);
        save(torn / "seg-000001.log", bytes.substr(0, length));
        INFO(length);
        REQUIRE(see(torn).texts == Texts{"one", "two"});
        REQUIRE(see(torn).report.tail == length - before);
        record(torn, {"four"});
        REQUIRE(see(torn).texts == Texts{"one", "two", "four"});
        REQUIRE(see(torn).report.damages.empty());
    }
}

TEST_CASE("a segment torn in its head is begun anew")
{
    tests::TempFolder folder;
    for (std::size_t length = 0; length < 24; ++length) {
        const fs::path torn = folder.path() / std::to_string(length);
        record(torn, {"one"}, 50);
        REQUIRE(fs::exists(torn / "seg-000002.log"));
        save(torn / "seg-000002.log", load(torn / "seg-000001.log").substr(0, length));
        REQUIRE(see(torn).texts == Texts{"one"});
        record(torn, {"two"});
        REQUIRE(see(torn).texts == Texts{"one", "two"});
    }
}

TEST_CASE("every single flipped bit in a journal is found and takes at most its own record")
{
    tests::TempFolder folder;
    const fs::path journal = folder.path() / "j";
    const Texts texts{"one", "two", "three"};
    record(journal, texts);
    const fs::path file = journal / "seg-000001.log";
    const std::string bytes = load(file);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string flipped = bytes;
        flipped[bit / 8] = char(flipped[bit / 8] ^ (1 << bit % 8));
        tests::TempFolder::overwrite(file, flipped);
        const Seen seen = see(journal);
        const Seen saved = see(journal, Reading::Salvage);
        INFO(bit);
        REQUIRE(seen.readable);
        REQUIRE((!seen.report.damages.empty() || seen.report.tail > 0));
        // Nothing false, and nothing of what had been acknowledged is cut as if it had never been.
        REQUIRE(std::equal(seen.texts.begin(), seen.texts.end(), texts.begin()));
        if (seen.report.damages.empty())
            REQUIRE(seen.texts == texts);
        REQUIRE(saved.texts.size() >= texts.size() - 1);
        if (!seen.report.damages.empty())
            REQUIRE_FALSE(Journal::open(journal));
    }
}

TEST_CASE("after a power cut pages of the unsynced end may be missing: what was synced stays, the rest is cut")
{
    tests::TempFolder folder;
    const fs::path journal = folder.path() / "j";
    const core::base::Draw draw(7, "pages");
    record(journal, {"acknowledged"});
    const fs::path file = journal / "seg-000001.log";
    const std::size_t synced = fs::file_size(file);
    {
        auto open = Journal::open(journal);
        REQUIRE(open);
        for (int i = 0; i < 40; ++i)
            open->append(RecordKind::Event, std::string(1000, char('a' + i % 26)), 2);
        REQUIRE(open->write());
    }
    const std::string bytes = load(file);
    for (std::uint64_t round = 0; round < 200; ++round) {
        std::string cut = bytes;
        for (std::size_t page = 0; page * 512 < cut.size(); ++page)
            for (std::size_t i = std::max(synced, page * 512); i < std::min(cut.size(), (page + 1) * 512); ++i)
                if (draw.within(round).below(page, 2) == 0)
                    cut[i] = 0;
        tests::TempFolder::overwrite(file, cut);
        const Seen seen = see(journal);
        INFO(round);
        REQUIRE(seen.report.damages.empty());
        REQUIRE_FALSE(seen.texts.empty());
        REQUIRE(seen.texts[0] == "acknowledged");
        for (std::size_t i = 1; i < seen.texts.size(); ++i)
            REQUIRE(seen.texts[i] == std::string(1000, char('a' + (i - 1) % 26)));
    }
}

TEST_CASE("a journal's folder that cannot be read is an error, not an empty journal")
{
    tests::TempFolder folder;
    fs::create_symlink("loop", folder.path() / "loop");
    const auto read = readJournal(folder.path() / "loop", [](const JournalRecord&) {});
    REQUIRE_FALSE(read);
    CHECK(read.error().where == (folder.path() / "loop").string());
    CHECK(hasJournal(folder.path() / "loop"));
    CHECK_FALSE(hasJournal(folder.path() / "none"));
    CHECK(readJournal(folder.path() / "none", [](const JournalRecord&) {}));
}

TEST_CASE("a lost segment is a damage, and the rest can be saved")
{
    tests::TempFolder folder;
    const fs::path journal = folder.path() / "j";
    record(journal, {"one", "two", "three"}, 50);
    REQUIRE(fs::exists(journal / "seg-000003.log"));
    fs::remove(journal / "seg-000002.log");
    CHECK(see(journal).texts == Texts{"one"});
    CHECK(see(journal).report.damages.size() == 1);
    CHECK(see(journal, Reading::Salvage).texts == Texts{"one", "three"});
    const auto open = Journal::open(journal);
    REQUIRE_FALSE(open);
    CHECK(open.error().message.find("records") != std::string::npos);
}

TEST_CASE("a journal of a newer version is refused by its number")
{
    tests::TempFolder folder;
    record(folder.path() / "j", {"one"});
    const fs::path file = folder.path() / "j" / "seg-000001.log";
    std::string bytes = load(file);
    // magic, first, version 9, CRC-32 of these as zlib.crc32 gives it
    bytes.replace(16, 8, std::string("\x09\0\0\0", 4) + std::string("\x93\xb7\x53\x32", 4));
    save(file, bytes);
    const auto report = readJournal(folder.path() / "j", [](const JournalRecord&) {});
    REQUIRE_FALSE(report);
    CHECK(report.error().message.find("version 9") != std::string::npos);
}

TEST_CASE("random bytes as a journal are no crash")
{
    tests::TempFolder folder;
    const fs::path journal = folder.path() / "j";
    record(journal, {"one", "two", "three"});
    const std::string bytes = load(journal / "seg-000001.log");
    for (std::uint64_t round = 0; round < 500; ++round) {
        const core::base::Draw draw(11, "bytes", round);
        std::string mutated = bytes;
        for (std::uint64_t i = 0; i < 1 + round % 20; ++i)
            mutated[draw.below(2 * i, mutated.size())] = char(draw.bits(2 * i + 1));
        if (round % 3 == 0)
            mutated += mutated;
        save(journal / "seg-000001.log", mutated);
        const Seen seen = see(journal, Reading::Salvage);
        REQUIRE(seen.texts.size() <= 3);
        see(journal, Reading::Glance);
    }
}

TEST_CASE("a block of scalars comes back bit for bit")
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const ScalarBlock block{{"train/loss", "train/lr", "train/grad_norm"},
                            {5, 6, 7, 100},
                            {1.7e9, 1.7e9 + 0.25, 1.7e9 + 0.5, 1.7e9 - 3},
                            {{0.5f, 0.25f, double(0.1f), 3}, {0.1, 0.1, 0.1, 0.1}, {1.0 / 3, -0.0, 1e300, nan}}};
    const auto back = unpackScalars(pack(block));
    REQUIRE(back);
    CHECK(back->names == block.names);
    CHECK(back->steps == block.steps);
    CHECK(back->times == block.times);
    CHECK(back->columns[0] == block.columns[0]);
    CHECK(back->columns[1] == block.columns[1]);
    CHECK(std::signbit(back->columns[2][1]));
    CHECK(std::isnan(back->columns[2][3]));
    CHECK(back->columns[2][2] == 1e300);
}

TEST_CASE("evenly spaced steps and values from float32 cost little over 4 bytes each")
{
    ScalarBlock block{{"a", "b"}, {}, {}, {{}, {}}};
    for (int i = 0; i < 1000; ++i) {
        block.steps.push_back(10 + 2 * i);
        block.times.push_back(1.7e9 + i * 0.01);
        block.columns[0].push_back(std::sin(float(i)));
        block.columns[1].push_back(std::cos(float(i)));
    }
    const std::string bytes = pack(block);
    CHECK(bytes.size() < 1000 * 12 + 100);
    const auto back = unpackScalars(bytes);
    REQUIRE(back);
    CHECK(back->steps == block.steps);
    CHECK(back->columns == block.columns);
    for (std::size_t i = 0; i < 1000; ++i)
        CHECK(std::abs(back->times[i] - block.times[i]) <= 0x1p-11);
}

TEST_CASE("mutated blocks of scalars are errors or blocks, never more")
{
    const ScalarBlock block{{"a", "b"}, {1, 2, 3}, {1, 2, 3}, {{1, 2, 3}, {4, 4, 4}}};
    const std::string bytes = pack(block);
    for (std::size_t length = 0; length < bytes.size(); ++length)
        CHECK_FALSE(unpackScalars(std::string_view(bytes).substr(0, length)));
    for (std::uint64_t round = 0; round < 2000; ++round) {
        const core::base::Draw draw(3, "block", round);
        std::string mutated = bytes;
        for (std::uint64_t i = 0; i <= round % 4; ++i)
            mutated[draw.below(2 * i, mutated.size())] = char(draw.bits(2 * i + 1));
        if (const auto back = unpackScalars(mutated))
            for (const auto& column : back->columns)
                REQUIRE(column.size() == back->steps.size());
    }
}

}
