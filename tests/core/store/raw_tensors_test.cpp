// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/raw_tensors.h"

#include "core/base/files.h"
#include "core/base/rng.h"
#include "tests/core/store/recording.h"

#include <fstream>

namespace tests::raw_tensors_test {

using namespace tests;
namespace fs = std::filesystem;

namespace {

using Floats = std::vector<float>;

std::vector<std::int64_t> stepsOf(const store::RawReader& reader, const std::string& name)
{
    std::vector<std::int64_t> steps;
    if (const auto found = reader.index().find(name); found != reader.index().end())
        for (const store::RawEntry& entry : found->second)
            steps.push_back(entry.step);
    return steps;
}

void keep(const fs::path& run, std::int64_t from, std::int64_t to)
{
    auto writer = store::RawWriter::open(run, from);
    REQUIRE(writer);
    for (std::int64_t step = from; step < to; ++step) {
        const float s = float(step);
        REQUIRE((*writer)->add("0.weight", step, {2, 2}, Floats{s, s + 1, s + 2, s + 3}));
        REQUIRE((*writer)->add("loss", step, {}, Floats{-s}));
    }
    REQUIRE((*writer)->sync());
}

using Steps = std::vector<std::int64_t>;

}

TEST_CASE("kept tensors: come back bit for bit, and go on behind the step that a run goes on from")
{
    TempFolder folder;
    CHECK_FALSE(store::RawReader::open(folder.path()));
    keep(folder.path(), 0, 5);
    keep(folder.path(), 3, 6);
    const auto reader = store::RawReader::open(folder.path());
    REQUIRE(reader);
    CHECK(stepsOf(*reader, "0.weight") == Steps{0, 1, 2, 3, 4, 5});
    CHECK(stepsOf(*reader, "loss") == Steps{0, 1, 2, 3, 4, 5});
    const store::RawEntry& entry = reader->index().at("0.weight")[4];
    CHECK(entry.shape == Steps{2, 2});
    const auto values = reader->read(entry);
    REQUIRE(values);
    CHECK(*values == Floats{4, 5, 6, 7});
    CHECK(reader->index().at("loss")[2].shape.empty());

    TempFolder branch;
    REQUIRE(store::copyRaw(folder.path(), branch.path(), 2));
    const auto copied = store::RawReader::open(branch.path());
    REQUIRE(copied);
    CHECK(stepsOf(*copied, "0.weight") == Steps{0, 1});
    TempFolder none;
    CHECK(store::copyRaw(none.path(), branch.path(), 2));
}

TEST_CASE("kept tensors: a torn end does not count, and is written over")
{
    TempFolder folder;
    keep(folder.path(), 0, 3);
    const fs::path file = store::rawFile(folder.path());
    const auto whole = core::base::readFile(file);
    REQUIRE(whole);
    for (std::size_t cut = 1; cut < 40; ++cut) {
        std::ofstream(file, std::ios::binary) << whole->substr(0, whole->size() - cut);
        const auto reader = store::RawReader::open(folder.path());
        REQUIRE(reader);
        CHECK(stepsOf(*reader, "0.weight") == Steps{0, 1, 2});
        CHECK(stepsOf(*reader, "loss") == Steps{0, 1});
    }
    // Its length is right and its bytes are not: the power went before they were written.
    std::string zeros = *whole;
    std::fill(zeros.end() - 4, zeros.end(), '\x7f');
    std::ofstream(file, std::ios::binary) << zeros;
    keep(folder.path(), 3, 4);
    const auto reader = store::RawReader::open(folder.path());
    REQUIRE(reader);
    CHECK(stepsOf(*reader, "loss") == Steps{0, 1, 3});
    CHECK(*reader->read(reader->index().at("loss").back()) == Floats{-3});
}

TEST_CASE("kept tensors: no more than the file may hold, with what it would take")
{
    TempFolder folder;
    auto writer = store::RawWriter::open(folder.path(), 0, 300);
    REQUIRE(writer);
    REQUIRE((*writer)->add("a", 0, {40}, Floats(40)));
    const auto refused = (*writer)->add("a", 1, {40}, Floats(40));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == core::base::ErrorKind::Resource);
    CHECK(refused.error().message.find("160 bytes") != std::string::npos);
    CHECK((*writer)->add("b", 1, {2}, Floats(2)));
    CHECK(stepsOf(*store::RawReader::open(folder.path()), "a") == Steps{0});
}

TEST_CASE("kept tensors: a file that somebody changed is an error, or other numbers are refused")
{
    TempFolder folder;
    keep(folder.path(), 0, 6);
    const fs::path file = store::rawFile(folder.path());
    const auto whole = core::base::readFile(file);
    REQUIRE(whole);
    for (std::uint64_t round = 0; round < 2000; ++round) {
        const core::base::Draw draw(11, "raw", round);
        std::string mutated = *whole;
        for (std::uint64_t i = 0; i <= round % 3; ++i)
            mutated[draw.below(2 * i, mutated.size())] = char(draw.bits(2 * i + 1));
        std::ofstream(file, std::ios::binary) << mutated;
        const auto reader = store::RawReader::open(folder.path());
        if (!reader)
            continue;
        for (const auto& [name, entries] : reader->index())
            for (const store::RawEntry& entry : entries)
                if (const auto values = reader->read(entry); values && name == "loss")
                    REQUIRE(values->at(0) == -float(entry.step));
    }
}

}
