// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/checkpoint.h"

#include "core/base/files.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>
#include <cstdlib>

namespace tests::checkpoint_test {

using namespace core::store;
using core::base::BlobView;
using core::base::Object;
using core::base::Value;
namespace fs = std::filesystem;

namespace {

const float weights[4] = {1, -2, 0.5f, 3};
const double moment[2] = {0.25, 1e-9};

std::vector<BlobView> tensors()
{
    return {{"model/0.weight", "F32", {2, 2}, weights, sizeof weights},
            {"optimizer/exp_avg/0.weight", "F64", {2}, moment, sizeof moment}};
}

Value state(std::int64_t step)
{
    return Object{{"step", step}, {"best", Object{{"value", 0.125}}}};
}

fs::path write(const fs::path& folder, std::int64_t step)
{
    const auto written = writeCheckpoint(folder, step, state(step), tensors());
    REQUIRE(written);
    CHECK(written->bytes == fs::file_size(written->file));
    return written->file;
}

std::vector<std::int64_t> stepsIn(const fs::path& folder)
{
    std::vector<std::int64_t> steps;
    for (const CheckpointFile& file : listCheckpoints(folder))
        steps.push_back(file.step);
    return steps;
}

using Steps = std::vector<std::int64_t>;

}

TEST_CASE("a checkpoint comes back whole")
{
    tests::TempFolder folder;
    const fs::path file = write(folder.path() / "checkpoints", 1234);
    CHECK(file.filename() == "step-000000001234.safetensors");
    const auto back = readCheckpoint(file);
    REQUIRE(back);
    CHECK(back->step == 1234);
    CHECK(back->state == state(1234));
    REQUIRE(back->tensors.size() == 2);
    CHECK(back->tensors[1].name == "model/0.weight");
    CHECK(back->tensors[1].shape == std::vector<std::int64_t>{2, 2});
    CHECK(back->tensors[1].bytes == std::string(reinterpret_cast<const char*>(weights), sizeof weights));
    CHECK(back->tensors[0].bytes == std::string(reinterpret_cast<const char*>(moment), sizeof moment));
}

TEST_CASE("every single flipped bit in a checkpoint is found")
{
    tests::TempFolder folder;
    const fs::path file = write(folder.path(), 5);
    const std::string bytes = *core::base::readFile(file);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string flipped = bytes;
        flipped[bit / 8] = char(flipped[bit / 8] ^ (1 << bit % 8));
        tests::TempFolder::overwrite(file, flipped);
        INFO(bit);
        REQUIRE_FALSE(readCheckpoint(file));
    }
    std::string flipped = bytes;
    flipped.back() ^= 1;
    tests::TempFolder::overwrite(file, flipped);
    CHECK(readCheckpoint(file).error().message.find("model/0.weight") != std::string::npos);
    tests::TempFolder::overwrite(file, bytes);
    for (std::size_t length = bytes.size(); length-- > 0;) {
        fs::resize_file(file, length);
        REQUIRE_FALSE(readCheckpoint(file));
    }
}

TEST_CASE("the newest whole checkpoint is found behind damaged and unfinished ones")
{
    tests::TempFolder folder;
    CHECK(newestWhole(folder.path()).error().message.find("no checkpoint") != std::string::npos);
    for (const std::int64_t step : {10, 20, 30})
        write(folder.path(), step);
    folder.file("step-000000000040.safetensors.tmp", "half");
    folder.file("step-40.safetensors", "not ours");
    folder.file("notes.txt", "");
    CHECK(stepsIn(folder.path()) == Steps{10, 20, 30});
    CHECK(newestWhole(folder.path())->step == 30);
    CHECK(newestWhole(folder.path(), 29)->step == 20);
    CHECK(newestWhole(folder.path(), 10)->step == 10);
    CHECK_FALSE(newestWhole(folder.path(), 9));
    folder.file("step-000000000030.safetensors", "damaged");
    CHECK(newestWhole(folder.path())->step == 20);
    folder.file("step-000000000020.safetensors", "damaged");
    folder.file("step-000000000010.safetensors", "damaged");
    const auto none = newestWhole(folder.path());
    REQUIRE_FALSE(none);
    CHECK(none.error().where.find("step-000000000010") != std::string::npos);
}

TEST_CASE("a run goes on from the newest checkpoint that its rows reach, whose best is there, and that is not its end")
{
    tests::TempFolder folder;
    const auto put = [&](std::int64_t step, std::int64_t best, const char* mark = nullptr) {
        Object state{{"best", Object{{"step", best}}}};
        if (mark)
            state.set(mark, true);
        REQUIRE(writeCheckpoint(folder.path(), step, state, tensors()));
    };
    const auto from = [&](std::int64_t reached) {
        const auto found = newestToResume(folder.path(), reached);
        return found ? found->step : -1;
    };
    CHECK(from(100) == -1);
    put(10, 6);
    CHECK(from(100) == -1);
    put(6, 6);
    CHECK(from(100) == 10);
    CHECK(from(9) == 6);
    CHECK(from(5) == -1);
    put(18, 12, "is_best");
    CHECK(from(100) == 18);
    put(20, 18);
    put(24, 18, "ended");
    CHECK(from(100) == 20);
    CHECK(from(19) == 18);
    tests::TempFolder::overwrite(folder.path() / "step-000000000018.safetensors", "damaged");
    CHECK(from(100) == 10);
    REQUIRE(forgetCheckpointsAfter(folder.path(), 10));
    CHECK(stepsIn(folder.path()) == Steps{6, 10});
    REQUIRE(forgetCheckpointsAfter(folder.path(), -1));
    CHECK(stepsIn(folder.path()).empty());
    CHECK(forgetCheckpointsAfter(folder.path() / "none", -1));
}

TEST_CASE("thinning keeps the newest, the best, and removes what was left unfinished")
{
    tests::TempFolder folder;
    for (const std::int64_t step : {10, 20, 30, 40, 50})
        write(folder.path(), step);
    folder.file("step-000000000060.safetensors.tmp", "half");
    auto files = listCheckpoints(folder.path());
    CHECK(thinCheckpoints(files, {20, 40, 50}, {}) == Steps{30, 10});
    CHECK(stepsIn(folder.path()) == Steps{20, 40, 50});
    CHECK(files.size() == 3);
    removeUnfinishedCheckpoints(folder.path());
    CHECK_FALSE(fs::exists(folder.path() / "step-000000000060.safetensors.tmp"));
    thinCheckpoints(files, {}, {});
    CHECK(stepsIn(folder.path()).empty());
}

TEST_CASE("keyframes are thinned where they stand closest, the first one last")
{
    tests::TempFolder folder;
    for (const std::int64_t step : {0, 10, 12, 20, 40, 41})
        write(folder.path(), step);
    auto files = listCheckpoints(folder.path());
    const std::uint64_t size = files.front().bytes;
    CHECK(thinCheckpoints(files, {41}, {size * 100, 4}) == Steps{12});
    CHECK(stepsIn(folder.path()) == Steps{0, 10, 20, 40, 41});
    thinCheckpoints(files, {41}, {size * 3, 100});
    CHECK(stepsIn(folder.path()) == Steps{0, 20, 40, 41});
    thinCheckpoints(files, {41}, {size, 100});
    CHECK(stepsIn(folder.path()) == Steps{0, 41});
}

TEST_CASE("a keyframe that only the death of this process must not harm reads back as any other")
{
    tests::TempFolder folder;
    REQUIRE(writeCheckpoint(folder.path(), 7, core::base::Object{{"note", "quick"}}, tensors(), Durability::Process));
    const auto back = newestWhole(folder.path());
    REQUIRE(back);
    CHECK(back->step == 7);
    CHECK(back->state["note"].text() == "quick");
}

TEST_CASE("a file of weights alone is no checkpoint, and says so")
{
    tests::TempFolder folder;
    const fs::path file = folder.path() / "weights.safetensors";
    REQUIRE(writeSafetensors(file, {}, tensors()));
    CHECK(readCheckpoint(file).error().message.find("no checkpoint") != std::string::npos);
}

TEST_CASE("Python's safetensors opens a checkpoint")
{
    const char* path = std::getenv("DESCENT_TEST_PYTHONPATH");
    const std::string python = "PYTHONPATH='" + std::string(path ? path : "") + "' python3 -c '";
    if (std::system((python + "import safetensors, numpy' 2>/dev/null").c_str()) != 0) {
        WARN("skipped: python3 has no safetensors (DESCENT_TEST_PYTHONPATH names where it is)");
        return;
    }
    tests::TempFolder folder;
    const fs::path file = write(folder.path(), 5);
    const std::string script =
        "import sys; from safetensors import safe_open; from safetensors.numpy import load_file\n"
        "t = load_file(sys.argv[1]); m = safe_open(sys.argv[1], \"np\").metadata()\n"
        "assert t[\"model/0.weight\"].tolist() == [[1, -2], [0.5, 3]]\n"
        "assert t[\"optimizer/exp_avg/0.weight\"].tolist() == [0.25, 1e-9]\n"
        "assert m[\"step\"] == \"5\" and m[\"format\"] == \"pt\"";
    CHECK(std::system((python + script + "' '" + file.string() + "'").c_str()) == 0);
}

}
